// SPDX-License-Identifier: Apache-2.0
#include "intellivue/message.h"

#include <algorithm>

#include "intellivue/codes.h"
#include "intellivue/fields.h"

namespace cordon::intellivue {
namespace wire {

template <class Io>
void fields(Io& io, Ref<Io, ObjectRef> v) {
  io.u16(v.partition);
  io.u16(v.object_class);
}
template <class Io>
void fields(Io& io, Ref<Io, EventReport> v) {
  fields(io, v.object);
  io.u32(v.time);
  io.u16(v.type);
  io.block([&](auto& info) { info.rest(v.info); });
}
template <class Io>
void fields(Io& io, Ref<Io, EventResult> v) {
  fields(io, v.object);
  io.u32(v.time);
  io.u16(v.type);
  io.block([&](auto& info) { info.rest(v.info); });
}
template <class Io>
void fields(Io& io, Ref<Io, MdsCreate> v) {
  fields(io, v.object);
  fields(io, v.attributes);
}
template <class Io>
void fields(Io& io, Ref<Io, PollRequest> v) {
  fields(io, v.object);
  io.u32(v.scope);
  io.exactly(v.extended ? code::act_poll_extended : code::act_poll);
  io.block([&](auto& request) {
    request.u16(v.poll_number);
    fields(request, v.polled);
    request.u16(v.group);
    if (v.extended) fields(request, v.extra);
  });
}
template <class Io>
void fields(Io& io, Ref<Io, PollContext> v) {
  io.u16(v.context);
  io.list(v.observations, [](auto& in, auto& observation) {
    in.u16(observation.handle);
    fields(in, observation.attributes);
  });
}
template <class Io>
void fields(Io& io, Ref<Io, PollReply> v) {
  fields(io, v.object);
  io.exactly(v.extended ? code::act_poll_extended : code::act_poll);
  io.block([&](auto& reply) {
    reply.u16(v.poll_number);
    if (v.extended) reply.u16(v.sequence);
    reply.u32(v.relative_time);
    reply.array(v.absolute_time);
    fields(reply, v.polled);
    reply.u16(v.group);
    reply.list(v.contexts, [](auto& in, auto& context) { fields(in, context); });
  });
}
template <class Io>
void fields(Io& io, Ref<Io, GetRequest> v) {
  fields(io, v.object);
  io.u32(v.scope);
  io.list(v.attributes, [](auto& in, auto& id) { in.u16(id); });
}
template <class Io>
void fields(Io& io, Ref<Io, GetReply> v) {
  fields(io, v.object);
  fields(io, v.attributes);
}
template <class Io>
void fields(Io& io, Ref<Io, SetRequest> v) {
  fields(io, v.object);
  io.u32(v.scope);
  io.list(v.modifications, [](auto& in, auto& modification) {
    coded(in, modification.how);
    in.u16(modification.attribute.id);
    in.block([&](auto& value) { value.rest(modification.attribute.value); });
  });
}
template <class Io>
void fields(Io& io, Ref<Io, SetReply> v) {
  fields(io, v.object);
  fields(io, v.attributes);
}
static void beacon_attributes(Reader& in, Beacon& v) {
  std::uint16_t length = 0;
  in.u16(length);
  if (length != in.left()) v.stated_length = length;
  fields(in, v.attributes);
}
static void beacon_attributes(Writer& out, const Beacon& v) {
  const Bytes attributes = to_bytes(v.attributes);
  out.u16(v.stated_length.value_or(static_cast<std::uint16_t>(attributes.size())));
  out.rest(attributes);
}
template <class Io>
void fields(Io& io, Ref<Io, Beacon> v) {
  io.u32(v.nomenclature);
  io.exactly(code::ro_invoke);
  io.block([&](auto& invoke) {
    invoke.u16(v.invoke_id);
    invoke.u16(v.command);
    invoke.block([&](auto& argument) {
      fields(argument, v.object);
      argument.u32(v.time);
      argument.u16(v.type);
      beacon_attributes(argument, v);
    });
  });
}

}  // namespace wire

namespace {

using wire::Reader;
using wire::Writer;

template <class T>
Body read_body(Reader& in, T value = {}) {
  wire::fields(in, value);
  return value;
}

Body unread(Reader& in, bool result, std::uint16_t command) {
  Unread out{result, command, {}};
  in.rest(out.argument);
  return out;
}

/// action_at tells which action an argument asks for without taking anything; 0 if it is too short to say.
std::uint16_t action_at(ByteView argument, std::size_t offset) {
  if (argument.size() < offset + 2) return 0;
  return static_cast<std::uint16_t>(argument[offset] << 8U | argument[offset + 1]);
}

constexpr std::size_t action_after_object = 6;
constexpr std::size_t action_after_scope = 10;

Body read_invoke(Reader& in, ByteView argument, std::uint16_t command) {
  if (command == code::cmd_event || command == code::cmd_confirmed_event) {
    return read_body(in, EventReport{command == code::cmd_confirmed_event, {}, 0, 0, {}});
  }
  if (command == code::cmd_get) return read_body<GetRequest>(in);
  if (command == code::cmd_set || command == code::cmd_confirmed_set) {
    return read_body(in, SetRequest{command == code::cmd_confirmed_set, {}, 0, {}});
  }
  const std::uint16_t action = action_at(argument, action_after_scope);
  if (command == code::cmd_confirmed_action && (action == code::act_poll || action == code::act_poll_extended)) {
    PollRequest request;
    request.extended = action == code::act_poll_extended;
    return read_body(in, std::move(request));
  }
  return unread(in, false, command);
}

Body read_result(Reader& in, ByteView argument, std::uint16_t command) {
  if (command == code::cmd_confirmed_event) return read_body<EventResult>(in);
  if (command == code::cmd_get) return read_body<GetReply>(in);
  if (command == code::cmd_confirmed_set) return read_body<SetReply>(in);
  const std::uint16_t action = action_at(argument, action_after_object);
  if (command == code::cmd_confirmed_action && (action == code::act_poll || action == code::act_poll_extended)) {
    PollReply reply;
    reply.extended = action == code::act_poll_extended;
    return read_body(in, std::move(reply));
  }
  return unread(in, true, command);
}

void read_operation(Reader& in, std::uint16_t operation, Message& out) {
  if (operation == code::ro_error) {
    RemoteError error;
    in.u16(out.invoke_id);
    wire::coded(in, error.code);
    in.block([&](Reader& detail) { detail.rest(error.detail); });
    out.body = std::move(error);
    return;
  }
  if (operation != code::ro_invoke && operation != code::ro_result && operation != code::ro_linked_result) {
    return in.refuse(ErrorCode::unsupported);
  }
  if (operation == code::ro_linked_result) {
    std::uint8_t state = 0;
    Link link;
    in.u8(state);
    in.u8(link.count);
    link.state = static_cast<LinkState>(state);
    out.link = link;
  }
  std::uint16_t command = 0;
  std::uint16_t length = 0;
  in.u16(out.invoke_id);
  in.u16(command);
  in.u16(length);
  const ByteView argument = in.take(length);
  in.nested(argument, [&](Reader& inner) {
    out.body =
        operation == code::ro_invoke ? read_invoke(inner, argument, command) : read_result(inner, argument, command);
  });
}

struct Heading {
  std::uint16_t operation;
  std::uint16_t command;
};
struct HeadingOf {
  Heading operator()(const EventReport& v) const {
    return {code::ro_invoke, v.confirmed ? code::cmd_confirmed_event : code::cmd_event};
  }
  Heading operator()(const EventResult&) const { return {code::ro_result, code::cmd_confirmed_event}; }
  Heading operator()(const PollRequest&) const { return {code::ro_invoke, code::cmd_confirmed_action}; }
  Heading operator()(const PollReply&) const { return {code::ro_result, code::cmd_confirmed_action}; }
  Heading operator()(const GetRequest&) const { return {code::ro_invoke, code::cmd_get}; }
  Heading operator()(const GetReply&) const { return {code::ro_result, code::cmd_get}; }
  Heading operator()(const SetRequest& v) const {
    return {code::ro_invoke, v.confirmed ? code::cmd_confirmed_set : code::cmd_set};
  }
  Heading operator()(const SetReply&) const { return {code::ro_result, code::cmd_confirmed_set}; }
  Heading operator()(const RemoteError&) const { return {code::ro_error, 0}; }
  Heading operator()(const Unread& v) const { return {v.result ? code::ro_result : code::ro_invoke, v.command}; }
};

template <class T>
void write_argument(Writer& out, const T& value) {
  out.block([&](Writer& argument) { wire::fields(argument, value); });
}
void write_argument(Writer& out, const RemoteError& value) {
  out.block([&](Writer& detail) { detail.rest(value.detail); });
}
void write_argument(Writer& out, const Unread& value) {
  out.block([&](Writer& argument) { argument.rest(value.argument); });
}

void write_operation(Writer& out, const Message& message, bool linked) {
  if (linked) {
    out.u8(static_cast<std::uint8_t>(message.link->state));
    out.u8(message.link->count);
  }
  out.u16(message.invoke_id);
  const auto* error = std::get_if<RemoteError>(&message.body);
  out.u16(error != nullptr ? static_cast<std::uint16_t>(error->code) : std::visit(HeadingOf{}, message.body).command);
  std::visit([&](const auto& body) { write_argument(out, body); }, message.body);
}

}  // namespace

Result<Message> parse(ByteView datagram) {
  if (datagram.size() > message_bytes_max) return fail(ErrorCode::limit, "message", message_bytes_max);
  Reader in(datagram);
  Message out;
  std::uint16_t operation = 0;
  in.u16(out.session);
  in.u16(out.presentation_context);
  if (in.ok() && (out.session >> 8U) != code::data_session) in.refuse(ErrorCode::unsupported);
  in.u16(operation);
  in.block([&](Reader& inner) { read_operation(inner, operation, out); });
  CORDON_TRY_VOID(in.done());
  return out;
}

Result<Bytes> print(const Message& message) {
  const std::uint16_t plain = std::visit(HeadingOf{}, message.body).operation;
  const bool linked = message.link && plain == code::ro_result;
  Writer out;
  out.u16(message.session);
  out.u16(message.presentation_context);
  out.u16(linked ? code::ro_linked_result : plain);
  out.block([&](Writer& inner) { write_operation(inner, message, linked); });
  if (out.size() > message_bytes_max) return fail(ErrorCode::limit, "message", message_bytes_max);
  return out.release();
}

Result<MdsCreate> parse_mds_create(ByteView info) {
  return wire::from_bytes<MdsCreate>(info);
}
Bytes print_mds_create(const MdsCreate& create) {
  return wire::to_bytes(create);
}

Result<Beacon> parse_beacon(ByteView datagram) {
  if (datagram.size() > message_bytes_max) return fail(ErrorCode::limit, "beacon", message_bytes_max);
  return wire::from_bytes<Beacon>(datagram);
}

Result<Bytes> print_beacon(const Beacon& beacon) {
  Bytes out = wire::to_bytes(beacon);
  if (out.size() > message_bytes_max) return fail(ErrorCode::limit, "beacon", message_bytes_max);
  return out;
}

Result<Endpoint> beacon_endpoint(const Beacon& beacon) {
  const NetAddress address = CORDON_TRY(read_from<NetAddress>(beacon.attributes, code::attr_net_address));
  Endpoint out{address.ip, data_port};
  const auto support = read_from<ProtocolSupport>(beacon.attributes, code::attr_protocol_support);
  if (!support) return out;
  const auto entry = std::find_if(support->entries.begin(), support->entries.end(), [](const ProtocolEntry& e) {
    return e.application == code::protocol_data_export && e.transport == code::protocol_udp && e.port != 0;
  });
  if (entry == support->entries.end()) return fail(ErrorCode::malformed, "no Data Export over UDP");
  out.port = entry->port;
  return out;
}

}  // namespace cordon::intellivue
