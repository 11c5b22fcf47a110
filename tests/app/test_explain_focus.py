"""The explanation among the panes: in the app, above whatever stands there."""

from tests.app.test_screen import lines_of, run


def test_the_explanation_stays_above_panes_that_are_opened_later_and_takes_the_rows_it_needs():
    async def scene(app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        app.repaint()
        await pilot.press("9", "7")
        app.controller.layout_state.focus = "markets"
        app.repaint()
        await pilot.pause()
        lines = lines_of(app)
        top = next(at for at, line in enumerate(lines) if "╶ explain" in line)
        covered = app._views.places["links"]
        assert top <= covered.y < top + app._views.places["explain"].height
        rows = app._views.places["explain"].height
        assert lines[top + rows - 1].startswith("─" * 100)
        assert all("│╶" not in line for line in lines[top : top + rows])
        await pilot.press("escape")
        assert not any("╶ explain" in line for line in lines_of(app))

    run(scene)
