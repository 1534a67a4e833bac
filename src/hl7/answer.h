// SPDX-License-Identifier: Apache-2.0
// Acknowledgements: what a sender wants to hear about a message, and saying it. HL7 has two modes: the original one
// (AA, AE, AR) and the enhanced one (CA, CE, CR: received and kept; the application may say more later).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hl7/message.h"
#include "hl7/moment.h"

namespace cordon::hl7 {

enum class Outcome : std::uint8_t {
  accept,
  error,   // we failed: the sender may send again
  reject,  // it will never be taken: kind, version, form
};

/// Answer says how a message is answered.
struct Answer {
  Outcome outcome = Outcome::accept;
  std::string text;         // why not, for people
  std::string control_id;   // of the answer itself
  std::string application;  // MSH-3 of the answer
  Moment at;
};

/// build_ack answers a message in the mode that its MSH-15 and MSH-16 ask for; nothing where the sender wants no such
/// answer. A monitor that speaks Mindray PDS wants none: it is sent pds_echo.
/// Source: HL7 2.6, chapter 2, section 2.9.
std::optional<Message> build_ack(const Message& asked, const Answer& answer);

/// Acknowledgement: MSA and ERR as a peer sent them.
struct Acknowledgement {
  std::string code;  // AA, AE, AR, CA, CE, CR
  Outcome outcome = Outcome::accept;
  bool commit = false;     // of the enhanced mode's first answer
  std::string control_id;  // MSA-2: of the message that is answered
  std::string text;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// acknowledgement_of reads one; nothing where there is no MSA, or its code is none of the six.
std::optional<Acknowledgement> acknowledgement_of(const Message& message);

/// pds_echo is the sign of life that a Mindray PDS monitor wants on its connection about once a second.
Message pds_echo();
/// pds_query asks a Mindray PDS monitor for what it measures and both lists of alarms: by lists of at most four
/// parameters, because a monitor was seen that accepts the query for everything and then sends nothing
/// (docs/PEERS.md).
Message pds_query(const Moment& at, const std::string& query_id);

constexpr std::uint16_t pds_port = 4601;
/// pds_announced reads the announcement (ADT) that a Mindray PDS monitor broadcasts: at which TCP port it can be asked,
/// pds_port where it states none or one that belongs to the system. Nothing for any other message. The address in it is
/// not read: a monitor speaks for its own.
std::optional<std::uint16_t> pds_announced(const Message& message);

}  // namespace cordon::hl7
