"""What a figure in seconds was measured on."""

import os
import re

from byline.machine import machine


def test_a_machine_is_told_with_its_speed_of_now() -> None:
    told = re.fullmatch(r"(.+), (\d+) cores; 5 million additions in Python: (\d+\.\d\d) s", machine())
    assert told is not None
    processor, cores, seconds = told.groups()
    assert processor.strip() and int(cores) == os.cpu_count() and 0 < float(seconds) < 60
