// SPDX-License-Identifier: Apache-2.0
// Message: what monitor and client say to each other once they are associated, and the beacon by which a monitor is
// found. Bytes in, values out, and back; what to say when is client.h's and monitor.h's business. The guide:
// "Definition of the Data Export Protocol".
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "intellivue/codes.h"
#include "intellivue/values.h"

namespace cordon::intellivue {

/// mds_object is the monitor itself, of which everything is asked.
constexpr ManagedObject mds_object{code::moc_mds, 0, 0};

constexpr std::uint16_t data_port = 24105;        // where a monitor listens, unless its beacon says otherwise
constexpr std::uint16_t beacon_port = 24005;      // where its beacons go
constexpr std::size_t message_bytes_max = 65507;  // what fits a UDP datagram (RFC 768 over RFC 791)

/// ObjectRef says which object of a monitor is polled: a class in a partition.
struct ObjectRef {
  std::uint16_t partition = 0;
  std::uint16_t object_class = 0;
  friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};

/// EventReport: an unasked word of the monitor; `info` is laid out as `type` says (MdsCreate for type mds_create).
struct EventReport {
  bool confirmed = true;
  ManagedObject object;
  Ticks time = 0;
  std::uint16_t type = 0;
  Bytes info;
  friend bool operator==(const EventReport&, const EventReport&) = default;
};
struct EventResult {
  ManagedObject object;
  Ticks time = 0;
  std::uint16_t type = 0;
  Bytes info;
  friend bool operator==(const EventResult&, const EventResult&) = default;
};
/// MdsCreate is the info of the event by which a monitor shows itself after the association.
struct MdsCreate {
  ManagedObject object;
  Attributes attributes;
  friend bool operator==(const MdsCreate&, const MdsCreate&) = default;
};

/// PollRequest: a Single Poll (answered once) or, `extended`, one that is answered again and again. group 0 asks for
/// every attribute; `extra` may hold NOM_ATTR_TIME_PD_POLL, for how long to go on.
struct PollRequest {
  bool extended = false;
  ManagedObject object;
  std::uint32_t scope = 0;
  std::uint16_t poll_number = 0;
  ObjectRef polled;
  std::uint16_t group = 0;
  Attributes extra;
  friend bool operator==(const PollRequest&, const PollRequest&) = default;
};
struct Observation {
  std::uint16_t handle = 0;
  Attributes attributes;
  friend bool operator==(const Observation&, const Observation&) = default;
};
struct PollContext {
  std::uint16_t context = 0;
  std::vector<Observation> observations;
  friend bool operator==(const PollContext&, const PollContext&) = default;
};
/// PollReply: the answer; `sequence` counts the answers to one extended poll and is not in that of a single one.
struct PollReply {
  bool extended = false;
  ManagedObject object;
  std::uint16_t poll_number = 0;
  std::uint16_t sequence = 0;
  Ticks relative_time = 0;
  AbsoluteTime absolute_time = no_absolute_time;
  ObjectRef polled;
  std::uint16_t group = 0;
  std::vector<PollContext> contexts;
  friend bool operator==(const PollReply&, const PollReply&) = default;
};

struct GetRequest {
  ManagedObject object;
  std::uint32_t scope = 0;
  std::vector<std::uint16_t> attributes;
  friend bool operator==(const GetRequest&, const GetRequest&) = default;
};
struct GetReply {
  ManagedObject object;
  Attributes attributes;
  friend bool operator==(const GetReply&, const GetReply&) = default;
};
enum class Modify : std::uint16_t { replace = 0, add_values = 1, remove_values = 2, set_to_default = 3 };
struct Modification {
  Modify how = Modify::replace;
  Attribute attribute;
  friend bool operator==(const Modification&, const Modification&) = default;
};
struct SetRequest {
  bool confirmed = true;
  ManagedObject object;
  std::uint32_t scope = 0;
  std::vector<Modification> modifications;
  friend bool operator==(const SetRequest&, const SetRequest&) = default;
};
struct SetReply {
  ManagedObject object;
  Attributes attributes;
  friend bool operator==(const SetReply&, const SetReply&) = default;
};

/// RemoteErrorCode: why a monitor refused a request; other numbers are carried as they came.
enum class RemoteErrorCode : std::uint16_t {
  no_such_object_class = 0,
  no_such_object_instance = 1,
  access_denied = 2,
  get_list_error = 7,
  set_list_error = 8,
  no_such_action = 9,
  processing_failure = 10,
  invalid_argument_value = 15,
  invalid_scope = 16,
  invalid_object_instance = 17,
};
struct RemoteError {
  RemoteErrorCode code{};
  Bytes detail;
  friend bool operator==(const RemoteError&, const RemoteError&) = default;
};

/// Unread: a request (`result` false) or result whose command or action is not one of the above.
struct Unread {
  bool result = false;
  std::uint16_t command = 0;
  Bytes argument;
  friend bool operator==(const Unread&, const Unread&) = default;
};

/// Link marks a part of an answer that does not fit one message (ROLRS); the last word of it comes without (RORS).
enum class LinkState : std::uint8_t { first = 1, middle = 2, last = 3 };
struct Link {
  LinkState state = LinkState::first;
  std::uint8_t count = 0;
  friend bool operator==(const Link&, const Link&) = default;
};

using Body = std::variant<EventReport, EventResult, PollRequest, PollReply, GetRequest, GetReply, SetRequest, SetReply,
                          RemoteError, Unread>;

/// Message: one remote operation. `link` is for results alone.
struct Message {
  std::uint16_t session = 0xE100;
  std::uint16_t presentation_context = 2;
  std::uint16_t invoke_id = 0;
  std::optional<Link> link;
  Body body;
  friend bool operator==(const Message&, const Message&) = default;
};

/// parse reads one datagram that is no association message (is_session tells). What it takes, print gives back byte for
/// byte. Returns `unsupported` for another session or operation, `limit` above message_bytes_max, else `truncated` or
/// `malformed`.
Result<Message> parse(ByteView datagram);
/// print writes it. Returns `limit` above message_bytes_max.
Result<Bytes> print(const Message& message);

/// parse_mds_create, print_mds_create: the info of an EventReport of type mds_create.
Result<MdsCreate> parse_mds_create(ByteView info);
Bytes print_mds_create(const MdsCreate& create);

/// Beacon: the Connect Indication that a monitor broadcasts to beacon_port. Its attributes tell its address
/// (NetAddress), where to associate (ProtocolSupport) and, in some monitors, its bed.
struct Beacon {
  std::uint32_t nomenclature = 0;  // magic 0, then the major and minor version
  std::uint16_t invoke_id = 0;
  std::uint16_t command = 0;  // 1 in the guide; foreign simulators write others
  ManagedObject object;
  Ticks time = 0;
  std::uint16_t type = 0x0D17;                 // connect indication; simulators write 0
  std::optional<std::uint16_t> stated_length;  // of the attributes, where it is not theirs: mdpnp's simulators state 0
  Attributes attributes;
  friend bool operator==(const Beacon&, const Beacon&) = default;
};
Result<Beacon> parse_beacon(ByteView datagram);
Result<Bytes> print_beacon(const Beacon& beacon);
/// beacon_endpoint gives address and UDP port at which the monitor says it takes associations; `malformed` if it names
/// none.
struct Endpoint {
  std::array<std::uint8_t, 4> ip{};
  std::uint16_t port = data_port;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
Result<Endpoint> beacon_endpoint(const Beacon& beacon);

}  // namespace cordon::intellivue
