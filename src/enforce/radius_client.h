// SPDX-License-Identifier: Apache-2.0
// RadiusClient asks switches and access points (NAS) to end or change sessions, over UDP as RFC 5176 wants it: the same
// bytes again until somebody answers or the time is up, and an answer counts only if the shared secret made it. Several
// are asked at once, so that a dead switch does not hold up the others. It decides nothing and proves nothing: an ACK
// is a switch's word, not its state.
//
// Blocking, within the deadline given; for one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "radius/authenticator.h"
#include "radius/packet.h"

namespace cordon::enforce {

constexpr std::size_t radius_nas_max = 256;                  // one identifier's octet would not bound us, sockets do
constexpr std::size_t radius_secret_bytes_max = 256;         // FreeRADIUS keeps as many
constexpr std::size_t radius_secret_bytes_good = 16;         // RFC 2865, section 3: "preferred"
constexpr std::chrono::milliseconds radius_first_wait{250};  // then doubled; a switch in the house answers within 50 ms
constexpr std::chrono::milliseconds radius_wait_max{2000};

/// RadiusSecret is read from a file and wiped from memory at the end.
class RadiusSecret {
 public:
  RadiusSecret() = default;  // none: nothing can be signed with it
  /// read takes the first line of `path`. The file must be a regular file of this user or root that nobody else may
  /// read. Fails with `denied` (mode, owner or kind), `malformed` (empty, or a control character), `limit`, `io`.
  static Result<RadiusSecret> read(const std::string& path);
  /// of is for tests and for secrets that were read elsewhere.
  static RadiusSecret of(std::string_view text);
  ~RadiusSecret();
  RadiusSecret(RadiusSecret&&) noexcept = default;
  RadiusSecret& operator=(RadiusSecret&&) noexcept = default;
  RadiusSecret(const RadiusSecret&) = default;
  RadiusSecret& operator=(const RadiusSecret&) = default;

  std::string_view text() const { return {bytes_.data(), bytes_.size()}; }
  /// weak: shorter than radius_secret_bytes_good; whoever hears one exchange can try all of them.
  bool weak() const { return bytes_.size() < radius_secret_bytes_good; }

 private:
  std::vector<char> bytes_;  // no short-string copies to forget
};

/// RadiusNas is one switch or access point.
struct RadiusNas {
  std::string name;  // for a person
  IpAddress address;
  std::uint16_t port = 3799;  // RFC 5176, section 2.3
  RadiusSecret secret;
  radius::Need need = radius::Need::if_present;  // of a Message-Authenticator in answers: many switches send none
};

/// RadiusAsk is one request to one NAS, by its place in the list given to open.
struct RadiusAsk {
  std::size_t nas = 0;
  radius::Code code = radius::Code::disconnect_request;
  std::vector<radius::Attribute> attributes;
};

struct RadiusReply {
  enum class Kind : std::uint8_t { acknowledged, refused, silent };
  Kind kind = Kind::silent;
  radius::ErrorCause cause = radius::ErrorCause::none;  // of a refusal
  std::uint32_t sent = 0;                               // how often
};

/// RadiusCounters: what came in and was not believed.
struct RadiusCounters {
  std::uint64_t malformed = 0;
  std::uint64_t forged = 0;     // an authenticator was wrong
  std::uint64_t unrelated = 0;  // late, repeated, or to a question that was not asked
};

class RadiusClient {
 public:
  /// open makes one connected socket a NAS. Fails with `limit` (too many) or `io`.
  static Result<RadiusClient> open(std::vector<RadiusNas> nas);
  ~RadiusClient();
  RadiusClient(RadiusClient&&) noexcept;
  RadiusClient& operator=(RadiusClient&&) noexcept;

  /// ask sends all and waits until each is answered, at most `patience`. Gives the replies in the order of `asks`; at
  /// most one ask a NAS. Fails with `limit` or `malformed` for what cannot be said, before anything is sent.
  Result<std::vector<RadiusReply>> ask(const std::vector<RadiusAsk>& asks, std::chrono::milliseconds patience);

  const std::vector<RadiusNas>& nas() const { return nas_; }
  const RadiusCounters& counters() const { return counters_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Open;

  explicit RadiusClient(std::vector<RadiusNas> nas) : nas_(std::move(nas)) {}
  void read_answers(std::size_t nas, Open* open);
  void send(Open& open, Instant now);

  std::vector<RadiusNas> nas_;
  std::vector<int> sockets_;
  std::vector<std::uint8_t> next_identifier_;
  RadiusCounters counters_;
};

}  // namespace cordon::enforce
