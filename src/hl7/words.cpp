// SPDX-License-Identifier: Apache-2.0
#include "hl7/report.h"

namespace cordon::hl7 {

const char* to_string(Validity v) {
  switch (v) {
    case Validity::valid:
      return "valid";
    case Validity::empty:
      return "empty";
    case Validity::null:
      return "null";
    case Validity::marker:
      return "marker";
    case Validity::not_obtained:
      return "not_obtained";
    case Validity::unconfirmed:
      return "unconfirmed";
    case Validity::not_a_number:
      return "not_a_number";
    case Validity::withdrawn:
      return "withdrawn";
  }
  return "unknown";
}

const char* to_string(Phase v) {
  switch (v) {
    case Phase::unstated:
      return "";
    case Phase::tpoint:
      return "tpoint";
    case Phase::start:
      return "start";
    case Phase::continues:
      return "continue";
    case Phase::end:
      return "end";
    case Phase::present:
      return "present";
    case Phase::update:
      return "update";
    case Phase::escalate:
      return "escalate";
    case Phase::deescalate:
      return "de-escalate";
    case Phase::reset:
      return "reset";
    case Phase::other:
      return "other";
  }
  return "unknown";
}

const char* to_string(AlarmState v) {
  switch (v) {
    case AlarmState::unstated:
      return "";
    case AlarmState::inactive:
      return "inactive";
    case AlarmState::active:
      return "active";
    case AlarmState::latched:
      return "latched";
    case AlarmState::other:
      return "other";
  }
  return "unknown";
}

const char* to_string(Priority v) {
  switch (v) {
    case Priority::unstated:
      return "";
    case Priority::none:
      return "PN";
    case Priority::low:
      return "PL";
    case Priority::medium:
      return "PM";
    case Priority::high:
      return "PH";
    case Priority::other:
      return "other";
  }
  return "unknown";
}

const char* to_string(AlarmType v) {
  switch (v) {
    case AlarmType::unstated:
      return "";
    case AlarmType::physiological:
      return "SP";
    case AlarmType::technical:
      return "ST";
    case AlarmType::advisory:
      return "SA";
    case AlarmType::other:
      return "other";
  }
  return "unknown";
}

const char* to_string(OddityKind v) {
  switch (v) {
    case OddityKind::delimiters:
      return "delimiters";
    case OddityKind::wrapped_line:
      return "wrapped_line";
    case OddityKind::charset:
      return "charset";
    case OddityKind::status_shifted:
      return "status_shifted";
    case OddityKind::time_shifted:
      return "time_shifted";
    case OddityKind::range_shifted:
      return "range_shifted";
    case OddityKind::value_despite_x:
      return "value_despite_x";
    case OddityKind::point_missing:
      return "point_missing";
    case OddityKind::time_unreadable:
      return "time_unreadable";
    case OddityKind::sample_unreadable:
      return "sample_unreadable";
    case OddityKind::marker_small:
      return "marker_small";
    case OddityKind::rows:
      return "rows";
    case OddityKind::rate:
      return "rate";
    case OddityKind::attribute_alone:
      return "attribute_alone";
    case OddityKind::samples_and_time:
      return "samples_and_time";
    case OddityKind::priorities_differ:
      return "priorities_differ";
    case OddityKind::facet_alone:
      return "facet_alone";
    case OddityKind::not_decoded:
      return "not_decoded";
    case OddityKind::number_as_text:
      return "number_as_text";
    case OddityKind::text_for_number:
      return "text_for_number";
  }
  return "unknown";
}

const char* to_string(Kind v) {
  switch (v) {
    case Kind::observations:
      return "observations";
    case Kind::alarm:
      return "alarm";
    case Kind::heartbeat:
      return "heartbeat";
    case Kind::answer:
      return "answer";
    case Kind::other:
      return "other";
  }
  return "unknown";
}

const char* to_string(Dialect v) {
  return v == Dialect::mindray_pds ? "mindray_pds" : "ihe";
}

}  // namespace cordon::hl7
