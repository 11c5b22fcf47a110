"""What the statistics of the last evaluated bar are made of: asked of the very signals that computed them."""

from typing import NamedTuple

from cvdtui.model import EfficiencyInputs, SlopeInputs, SpeedInputs, SpreadInputs, ZInputs
from cvdtui.signals.efficiency import Efficiency
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.slope import Slope
from cvdtui.signals.speed import Speed
from cvdtui.signals.zscore import Climax


class Statistics(NamedTuple):
    """Inputs by statistic; None where a signal has no value yet, or was not asked."""

    z: ZInputs | None = None
    efficiency: EfficiencyInputs | None = None
    slope: SlopeInputs | None = None
    speed: SpeedInputs | None = None
    spread: SpreadInputs | None = None


def statistics(evaluator: SignalEvaluator | None, *, all_of_them: bool) -> Statistics:
    """Z and efficiency, or all of them; nothing while the evaluator is behind, as its bar is an old one."""
    last = None if evaluator is None or evaluator.latest is None else evaluator.last
    if evaluator is None or last is None:
        return Statistics()
    found = Statistics(
        evaluator.rule(Climax).inputs(last.scale), evaluator.rule(Efficiency).inputs(last.scale)
    )
    if not all_of_them:
        return found
    return found._replace(
        slope=evaluator.rule(Slope).inputs(last.scale),
        speed=evaluator.rule(Speed).inputs(last.scale),
        spread=None if evaluator.pair is None else evaluator.pair.inputs(),
    )
