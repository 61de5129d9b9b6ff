"""How well the chance of being right sorts answers from each other: the area under the risk-coverage curve.

Show the likeliest answer alone, then the two likeliest, and so on to all: of each lot, the share that is wrong is its
risk, the share that is shown its coverage. The area is the mean risk, from 0 (good) to 1 (Geifman, Uziel & El-Yaniv,
Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers, 2019).
"""

import numpy as np
from numpy.typing import NDArray


def area(chances: NDArray[np.float64], wrong: NDArray[np.bool_]) -> float:
    """Of answers with these chances of being right. Among equal chances the wrong ones are counted first."""
    order = np.lexsort((~wrong, -chances))
    risks = np.cumsum(wrong[order]) / np.arange(1, len(wrong) + 1)
    return float(risks.mean())
