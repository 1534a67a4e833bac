// SPDX-License-Identifier: Apache-2.0
// The JSON form of inputs, events and effects: one object with "type", used in the logbook, between processes and on
// standard output. Times are seconds since 1970 UTC with microseconds. Writing the same value always gives the same
// bytes (keys are sorted).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "event/messages.h"

namespace cordon::event {

/// schema_version is written beside every event; older versions are upcast when read.
constexpr std::uint16_t schema_version = 7;

/// message_bytes_max bounds one message in JSON: an observation has at most 16 looks and paths of 32 KiB each.
constexpr std::size_t message_bytes_max = 256 * 1024;
/// event_bytes_max bounds one event: what an entry of the logbook holds (logbook/entry.h). A plan of 400 lines with the
/// care that each touches has some 300 KiB.
constexpr std::size_t event_bytes_max = std::size_t{1} << 20U;

/// type_of gives the "type" word: evidence, verdict, cut_decided …
std::string_view type_of(const Event& e);
std::string_view type_of(const Input& i);

std::string to_text(const Event& e);
std::string to_text(const Input& i);
std::string to_text(const Effect& e);
nlohmann::json to_json_value(const Event& e);

/// The readers return `malformed` for anything that is not a complete message of a known type, `limit` over
/// message_bytes_max (of an event: event_bytes_max), `unsupported` for a version from the future.
Result<Event> event_from_text(std::string_view text, std::uint16_t version = schema_version);
Result<Input> input_from_text(std::string_view text);
Result<Effect> effect_from_text(std::string_view text);

/// Words of the enumerations, as in JSON.
std::string_view word(Level v);
std::string_view word(Subject v);
std::string_view word(Disposition v);
std::string_view word(LineWish v);
std::string_view word(CutState v);
std::string_view word(CountsAs v);
std::string_view word(EnforcerStep v);
std::string_view word(Mode v);
std::string_view word(Role v);
std::string_view word(PersonStep v);
std::string_view word(SessionStep v);
std::string_view word(ApprovalStep v);
std::string_view word(Transport v);
std::string_view word(FlowState v);
Result<Mode> mode_from_word(std::string_view text);
Result<LineWish> line_wish_from_word(std::string_view text);
Result<Role> role_from_word(std::string_view text);

}  // namespace cordon::event
