// SPDX-License-Identifier: Apache-2.0
// Envelope: a SOAP 1.2 message with its WS-Addressing header, read and printed. Which message it is, the headers beside
// say (discovery.h, metadata.h, eventing.h, messages.h). Sources: SOAP 1.2 part 1; WS-Addressing 1.0 (core and SOAP
// binding).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdc/xml.h"

namespace cordon::sdc {

/// Envelope: `header` holds the header blocks that are not WS-Addressing, as they came; a body may be empty (no name).
struct Envelope {
  std::string to;
  std::string action;
  std::string message_id;
  std::string relates_to;
  std::vector<Element> header;
  Element body;

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

/// Fault is why a request was refused, in the provider's words.
struct Fault {
  std::string code;     // "Sender", "Receiver"
  std::string subcode;  // "{namespace}InvalidMessage", or ""
  std::string reason;   // the first text
  std::string lang = "en";
  friend bool operator==(const Fault&, const Fault&) = default;
};

/// parse_envelope reads a message. Beyond the failures of parse_xml: `malformed` for what is no SOAP envelope.
Result<Envelope> parse_envelope(ByteView message);
std::string print_envelope(const Envelope& envelope);

/// request makes the envelope of a question, answer that of its reply.
Envelope request(std::string_view to, std::string_view action, std::string_view message_id, Element body);
Envelope answer(const Envelope& question, std::string_view action, std::string_view message_id, Element body);

/// read_fault gives a body's fault, or nothing where the body is none.
std::optional<Fault> read_fault(const Element& body);
/// fault_of gives a message's fault: that of its body, or one without words where the action alone says that it is one
/// (sdclib refuses with an empty body).
std::optional<Fault> fault_of(const Envelope& message);
Element fault_element(const Fault& fault);

/// endpoint makes an element holding a wsa:Address; address_in reads it, "" where there is none.
Element endpoint(std::string_view space, std::string_view local, std::string_view address);
std::string address_in(const Element* endpoint);

}  // namespace cordon::sdc
