"""`run`, `demo` and `replay`: with a screen or without, each returns the exit code."""

import gc

from cvdtui.sources.options import DemoOptions, ReplayOptions, RunOptions


def run(options: RunOptions) -> int:
    """Live, from the configured markets."""
    if options.headless:
        gc.enable()  # `__main__` has it off until the first snapshot of a screen
        from cvdtui.commands.headless import run_live

        return run_live(options)
    from cvdtui.commands.screen import show_live

    return show_live(options)


def demo(options: DemoOptions) -> int:
    """Live, against the demo exchange."""
    if options.headless:
        gc.enable()
        from cvdtui.commands.headless import run_demo

        return run_demo(options)
    from cvdtui.commands.screen import show_demo

    return show_demo(options)


def replay(options: ReplayOptions) -> int:
    """Recorded trades."""
    if options.headless:
        gc.enable()
        from cvdtui.commands.printing import print_report
        from cvdtui.commands.replay import play

        board, fault = play(options)
        print_report(board, options.config, as_json=options.json, notices=[*options.notices, *board.notices])
        if fault is not None:
            raise type(fault)(f"{fault}; the report holds what came before")
        return 0
    from cvdtui.commands.screen import show_replay

    return show_replay(options)
