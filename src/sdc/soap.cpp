// SPDX-License-Identifier: Apache-2.0
#include "sdc/soap.h"

namespace cordon::sdc {
namespace {

void add_text(Element& header, std::string_view local, const std::string& text) {
  if (!text.empty()) header.add(Element(ns::wsa, local, text));
}

void read_header(const Element& header, Envelope& out) {
  const auto take = [](std::string& into, const Element& block) {
    if (into.empty()) into = trimmed(block.text);
  };
  for (const auto& block : header.children) {
    if (block.name.is(ns::wsa, "To")) {
      take(out.to, block);
    } else if (block.name.is(ns::wsa, "Action")) {
      take(out.action, block);
    } else if (block.name.is(ns::wsa, "MessageID")) {
      take(out.message_id, block);
    } else if (block.name.is(ns::wsa, "RelatesTo")) {
      take(out.relates_to, block);
    } else {
      out.header.push_back(block);
    }
  }
}

}  // namespace

Result<Envelope> parse_envelope(ByteView message) {
  Element root = CORDON_TRY(parse_xml(message));
  const Element* body = root.child(ns::soap, "Body");
  if (!root.name.is(ns::soap, "Envelope") || body == nullptr) return fail(ErrorCode::malformed, "sdc envelope");
  Envelope out;
  if (const Element* header = root.child(ns::soap, "Header")) read_header(*header, out);
  if (!body->children.empty()) out.body = body->children.front();
  return out;
}

std::string print_envelope(const Envelope& envelope) {
  Element root(ns::soap, "Envelope");
  Element& header = root.add(Element(ns::soap, "Header"));
  add_text(header, "To", envelope.to);
  add_text(header, "Action", envelope.action);
  add_text(header, "MessageID", envelope.message_id);
  add_text(header, "RelatesTo", envelope.relates_to);
  for (const auto& block : envelope.header) header.add(block);
  Element& body = root.add(Element(ns::soap, "Body"));
  if (!envelope.body.name.local.empty()) body.add(envelope.body);
  return print_xml(root);
}

Envelope request(std::string_view to, std::string_view action, std::string_view message_id, Element body) {
  return {std::string(to), std::string(action), std::string(message_id), {}, {}, std::move(body)};
}

Envelope answer(const Envelope& question, std::string_view action, std::string_view message_id, Element body) {
  return {{}, std::string(action), std::string(message_id), question.message_id, {}, std::move(body)};
}

std::optional<Fault> read_fault(const Element& body) {
  if (!body.name.is(ns::soap, "Fault")) return std::nullopt;
  Fault fault;
  if (const Element* code = body.child(ns::soap, "Code")) {
    fault.code = local_of(code->text_of(ns::soap, "Value"));
    if (const Element* inner = code->child(ns::soap, "Subcode")) fault.subcode = inner->text_of(ns::soap, "Value");
  }
  const Element* reason = body.child(ns::soap, "Reason");
  if (const Element* text = reason == nullptr ? nullptr : reason->child(ns::soap, "Text")) {
    fault.reason = trimmed(text->text);
    if (const std::string* lang = text->attribute(ns::xml, "lang")) fault.lang = *lang;
  }
  return fault;
}

std::optional<Fault> fault_of(const Envelope& message) {
  if (auto fault = read_fault(message.body)) return fault;
  if (message.action != fault_action && message.action != fault_action_of_2004) return std::nullopt;
  return Fault{.code = "Receiver", .subcode = {}, .reason = {}, .lang = {}};
}

Element fault_element(const Fault& fault) {
  Element out(ns::soap, "Fault");
  Element& code = out.add(Element(ns::soap, "Code"));
  code.add(Element(ns::soap, "Value", braced(ns::soap, fault.code)));
  if (!fault.subcode.empty()) code.add(Element(ns::soap, "Subcode")).add(Element(ns::soap, "Value", fault.subcode));
  Element text(ns::soap, "Text", fault.reason);
  text.attributes.push_back({{std::string(ns::xml), "lang"}, fault.lang});
  out.add(Element(ns::soap, "Reason")).add(std::move(text));
  return out;
}

Element endpoint(std::string_view space, std::string_view local, std::string_view address) {
  Element out(space, local);
  out.add(Element(ns::wsa, "Address", std::string(address)));
  return out;
}

std::string address_in(const Element* endpoint) {
  return endpoint == nullptr ? std::string() : endpoint->text_of(ns::wsa, "Address");
}

}  // namespace cordon::sdc
