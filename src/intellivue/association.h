// SPDX-License-Identifier: Apache-2.0
// Association: the messages of the session and presentation layer by which client and monitor find to each other and
// part. The guide: "Association Control Protocol". Their ISO headers never vary, so they are carried as bytes; what
// varies is UserInfo.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "intellivue/values.h"

namespace cordon::intellivue {

constexpr std::size_t association_bytes_max = 2048;  // ours: those of monitors have about 250

/// UserInfo: what either side can do (MDSEUserInfoStd).
struct UserInfo {
  std::uint32_t protocol = 0;
  std::uint32_t nomenclature = 0;
  std::uint32_t functional_units = 0;
  std::uint32_t system_type = 0;
  std::uint32_t startup = 0;
  Attributes options;
  Attributes profiles;
  friend bool operator==(const UserInfo&, const UserInfo&) = default;
};

/// SessionKind: the first octet of a datagram; 0xE1 is a Message instead.
enum class SessionKind : std::uint8_t {
  release_request = 0x09,
  release_reply = 0x0A,
  refuse = 0x0C,
  request = 0x0D,
  accept = 0x0E,
  abort = 0x19,
};

/// Association: one such message. `user` counts in request and accept alone; there `before` is everything between the
/// session header and the length of the user data, presentation header included but its length octets; `after` is what
/// follows it. In the others `before` is all.
struct Association {
  SessionKind kind = SessionKind::request;
  Bytes before;
  std::optional<UserInfo> user;
  Bytes after;
  friend bool operator==(const Association&, const Association&) = default;
};

/// is_session tells an association message from a Message.
bool is_session(ByteView datagram);

/// parse_association reads one. Lengths must agree with the datagram; those in a longer form than needed are read and
/// printed in the short one, which is the only way in which print gives other bytes. Returns `unsupported` for another
/// first octet, `limit` above association_bytes_max, else `truncated` or `malformed`.
Result<Association> parse_association(ByteView datagram);
Result<Bytes> print_association(const Association& association);

/// standard makes the message with the headers of the guide's examples. `user` is for request and accept.
Association standard(SessionKind kind, UserInfo user = {});

/// Wish: what a side asks for or grants; `extensions` are bits of PollProfileExt.
struct Wish {
  Ticks min_poll_period = ticks_per_second;
  std::uint32_t bytes_max = 1364;  // the guide's most on a LAN
  std::uint32_t extensions = 0;
};
/// user_info states a wish; system_type is code::system_client or code::system_server.
UserInfo user_info(std::uint32_t system_type, const Wish& wish);
/// granted reads back what the other side agreed to; `extensions` is 0 if it named none.
Result<Wish> granted(const UserInfo& info);

/// timeout_seconds after which the monitor drops a silent client (the guide, "Connection Time-out Mechanism").
unsigned timeout_seconds(Ticks min_poll_period);

}  // namespace cordon::intellivue
