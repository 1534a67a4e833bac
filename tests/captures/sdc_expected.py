#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An independent reading of the recorded SDC messages (tests/captures/sdc): what xml.etree finds in them, as lines of text.
src/sdc/recordings_test.cpp must find the same. Without an argument this checks expected.txt; --write writes it."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "sdc"
PM = "{http://standards.ieee.org/downloads/11073/11073-10207-2017/participant}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CONTEXTS = ("PatientContextState", "LocationContextState")


def number(text):
    return "-" if text is None else f"{float(text):.15g}"


def of_type(element, default=""):
    return element.get(XSI_TYPE, default).split(":")[-1]


def quality(value):
    found = value.find(f"{PM}MetricQuality")
    return found.get("Validity", "-") if found is not None else "-"


def metric_line(state, kind):
    value = state.find(f"{PM}MetricValue")
    if value is None:
        return None
    handle, when = state.get("DescriptorHandle"), value.get("DeterminationTime", "-")
    if kind == "NumericMetricState":
        return f"numeric {handle} {number(value.get('Value'))} {quality(value)} {when}"
    if kind == "RealTimeSampleArrayMetricState":
        samples = " ".join(number(word) for word in value.get("Samples", "").split())
        return f"wave {handle} {quality(value)} {when} {samples}"
    return None


def state_line(state, kind):
    if kind.endswith("AlertConditionState"):
        return f"alarm {state.get('DescriptorHandle')} {state.get('Presence', '-')} {state.get('ActivationState', '-')} {state.get('DeterminationTime', '-')}"
    if kind == "AlertSignalState":
        return f"signal {state.get('DescriptorHandle')} {state.get('Presence', '-')}"
    if kind == "LocationContextState":
        place = state.find(f"{PM}LocationDetail")
        return "location " + " ".join(place.get(key, "-") for key in ("Facility", "PoC", "Bed"))
    if kind == "PatientContextState":
        return f"patient {state.findtext(f'{PM}CoreData/{PM}Familyname', '-')} {state.get('ContextAssociation', '-')}"
    return metric_line(state, kind)


def descriptor_line(element, kind):
    code, unit = element.find(f"{PM}Type"), element.find(f"{PM}Unit")
    words = [kind, element.get("Handle"), code.get("Code") if code is not None else "-"]
    if unit is not None:
        words.append(unit.get("Code"))
    if kind == "RealTimeSampleArrayMetricDescriptor":
        words.append(element.get("SamplePeriod"))
    if kind.endswith("AlertConditionDescriptor"):
        words += [element.get("Priority"), element.get("Kind")]
    return "descriptor " + " ".join(words)


def lines_of(path):
    root = ET.parse(path).getroot()
    default = "RealTimeSampleArrayMetricState" if "WaveformStream" in path.name else ""
    for element in root.iter():
        kind = of_type(element, default if element.tag.endswith("}State") else "")
        line = None
        if element.get("DescriptorHandle") is not None:
            line = state_line(element, kind)
        elif kind.endswith(("MetricDescriptor", "ConditionDescriptor")):
            line = descriptor_line(element, kind)
        if line:
            yield f"{path.name}: {line}"


def expected():
    return "".join(sorted(f"{line}\n" for path in FOLDER.glob("*.xml") for line in lines_of(path)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        (FOLDER / "expected.txt").write_text(expected())
    elif (FOLDER / "expected.txt").read_text() != expected():
        sys.exit("tests/captures/sdc/expected.txt is not what its messages say: run tests/captures/sdc_expected.py --write")
