"""The parameters that an evaluator works with, as panes read them."""

from msgspec import convert

from cvdtui.model import SignalParameters
from cvdtui.signals.evaluator import SignalEvaluator


def parameters_in_force(evaluator: SignalEvaluator) -> SignalParameters:
    """The signals' own structs, the same objects; those of signals that no pane explains are left out."""
    return convert(evaluator.parameters, SignalParameters)
