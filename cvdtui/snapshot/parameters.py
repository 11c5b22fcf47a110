"""Which parameters are in force for one market and bar length, for the eye."""

from typing import cast

from cvdtui.model import SignalParameters
from cvdtui.signals.efficiency import Efficiency
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.size_buckets import SizeBuckets
from cvdtui.signals.slope import Slope
from cvdtui.signals.speed import Speed
from cvdtui.signals.spread import Spread
from cvdtui.signals.stacked import Stacked
from cvdtui.signals.zscore import Climax


def conventions(evaluator: SignalEvaluator) -> SignalParameters:
    """Those that this jury judges by."""
    of = evaluator.parameters
    z = cast("Climax.Parameters", of["climax"])
    efficiency = cast("Efficiency.Parameters", of["efficiency"])
    slope = cast("Slope.Parameters", of["slope"])
    speed = cast("Speed.Parameters", of["speed"])
    spread = cast("Spread.Parameters", of["spread"])
    imbalance = cast("Imbalance.Parameters", of["imbalance"])
    sizes = cast("SizeBuckets.Parameters", of["size_buckets"])
    return SignalParameters(
        z_bars=z.n,
        z_smoothing=z.smoothing,
        z_neutral=z.neutral,
        z_extreme=z.extreme,
        z_method=z.method,
        efficiency_bars=efficiency.bars,
        efficiency_window=efficiency.window,
        efficiency_least=min(efficiency.least, efficiency.window),
        efficiency_breakout=efficiency.breakout or (5.0 if efficiency.method == "raw" else 2.0),
        efficiency_churn=efficiency.churn,
        efficiency_method=efficiency.method,
        slope_bars=slope.bars,
        slope_window=slope.window,
        slope_extreme=slope.extreme,
        speed_minutes=speed.minutes,
        speed_ratio=speed.ratio,
        spread_bars=spread.n,
        spread_extreme=spread.extreme,
        spread_method=spread.method,
        partner="" if evaluator.pair is None else evaluator.pair.partner,
        imbalance_ratio=imbalance.ratio,
        imbalance_least=imbalance.min_volume,
        ignore_zero=imbalance.ignore_zero,
        stacked_rows=cast("Stacked.Parameters", of["stacked"]).rows,
        order_limits=(sizes.small, sizes.medium, sizes.big),
    )
