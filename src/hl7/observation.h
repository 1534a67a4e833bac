// SPDX-License-Identifier: Apache-2.0
// Observation: one OBX with its order, read into values, before anybody decides whether it is a numeric, a wave, a
// facet of an alarm or a level of the device. Internal to hl7: the others include report.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hl7/mdc.h"
#include "hl7/message.h"
#include "hl7/report.h"
#include "hl7/text.h"

namespace cordon::hl7 {

/// Order: the OBR above.
struct Order {
  Code code;  // OBR-4
  std::string id;
  std::string first_id;
  std::optional<Moment> begin;
  std::optional<Moment> end;
};

/// Span is the segments of one patient's group, without the header.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};
/// find_in gives the first segment of that name in a span, or null.
const Segment* find_in(const Message& message, Span span, std::string_view name);

struct Observation {
  std::size_t segment = 0;
  std::string type;  // OBX-2
  Code code;
  Containment containment;
  std::string_view raw;  // OBX-5, borrowed from the message
  Code unit;
  Unit unit_as_text;
  std::string range;
  std::vector<std::string> flags;  // OBX-8, at most flags_max
  std::string status;
  std::optional<Moment> at;
  std::string device;
  bool aperiodic = false;
};

/// Notes gathers oddities within their bound.
class Notes {
 public:
  explicit Notes(Report& report) : report_(report) {}
  void add(OddityKind kind, std::size_t segment) {
    ++report_.oddities_seen;
    if (report_.oddities.size() < oddities_max) report_.oddities.push_back({kind, segment});
  }

 private:
  Report& report_;
};

/// Context is what reading a field needs: text, the message's zone and where to note what is odd.
struct Context {
  TextReader text;
  std::optional<std::chrono::minutes> zone;
  Notes notes;

  /// component gives the text of one component of a raw field, trimmed. number: from 1.
  std::string component(std::string_view raw, std::size_t number) const;
  Code code(std::string_view raw) const;
  std::optional<Moment> moment(std::string_view raw, std::size_t segment);
};

/// bed_label_of joins what is stated of unit, room and bed.
std::string bed_label_of(const Bed& bed);
Containment containment_of(std::string text);
/// is_word: some write them in other cases.
bool is_word(std::string_view text, std::string_view word);
/// decimal reads [+-]digits[.digits], HL7's NM, and nothing else: no exponent, no comma, no NaN.
std::optional<double> decimal(std::string_view text);

Order read_order(const Segment& obr, std::size_t at, Context& context);
Observation read_observation(const Segment& obx, std::size_t at, const Order& order, Context& context);
/// is_text: of the types in which some write their numbers.
bool is_text(std::string_view type);
/// is_measured tells by code and unit that a number has to stand there; no attribute of a wave or an alarm, and no
/// event.
bool is_measured(const Code& code, const Unit& unit);
/// reads_as_number: a number, or a word for none.
bool reads_as_number(std::string_view stated);
Numeric numeric_of(const Observation& observation, Context& context);
/// text_of gives a value in words: of a coded one the original text, else the name, else the code.
std::string text_of(const Observation& observation, const Context& context);

/// WaveReader puts waves together from their samples and the attributes that follow them.
class WaveReader {
 public:
  WaveReader(Report& report, Context& context) : report_(report), context_(context) {}
  /// take tells whether the observation was samples or an attribute of a wave.
  bool take(const Observation& observation, const Order& order);
  /// finish applies resolution and markers. Call once, at the end.
  void finish();

 private:
  void samples(const Observation& observation, const Order& order);
  Wave* wave_of(const Containment& attribute);
  void marker(const std::optional<double>& value, std::size_t segment, Wave& wave);
  void attribute(Term term, const Observation& observation, Wave& wave);
  void check_time(const Wave& wave, std::size_t segment);

  Report& report_;
  Context& context_;
  std::vector<std::size_t> segments_;                   // of the report's waves
  std::unordered_map<std::string, std::size_t> waves_;  // the last wave of each containment
};

/// tells_of_alarm: an event, a facet of one or the heartbeat, or words flagged with a priority.
bool tells_of_alarm(const Observation& observation);
/// read_alarm takes one observation of an alarm's order; `first` is the order's first alarm in the report.
void read_alarm(const Observation& observation, const Order& order, std::size_t first, Report& report,
                Context& context);
/// read_pds reads what a message of Mindray PDS says of one patient.
void read_pds(const Message& message, Span span, Report& report, Context& context);
/// is_pds tells that dialect: HL7 2.3.1 whose MSH-10 is a number for the kind of message, and which names no sender,
/// receiver or time: other senders of 2.3.1 count in MSH-10.
bool is_pds(const Message& message);

}  // namespace cordon::hl7
