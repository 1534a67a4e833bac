// SPDX-License-Identifier: Apache-2.0
#include "enforce/radius_client.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>  // NOLINT: explicit_bzero is not in <cstring>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace cordon::enforce {

namespace {

constexpr std::size_t datagrams_at_once = 64;  // of one NAS before the others have their turn

/// Closes what is left open when it goes.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

Result<int> connected_socket(const RadiusNas& nas) {
  const int family = nas.address.v6 ? AF_INET6 : AF_INET;
  Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return fail_errno("radius socket");
  int connected = -1;
  if (nas.address.v6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(nas.port);
    std::copy_n(nas.address.bytes.begin(), sizeof to.sin6_addr, reinterpret_cast<std::uint8_t*>(&to.sin6_addr));
    connected = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(nas.port);
    std::copy_n(nas.address.bytes.begin(), sizeof to.sin_addr, reinterpret_cast<std::uint8_t*>(&to.sin_addr));
    connected = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  if (connected != 0) return fail_errno("radius connect");
  return socket.release();
}

}  // namespace

Result<RadiusSecret> RadiusSecret::read(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return fail_errno("radius secret");
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return fail_errno("radius secret");
  if (!S_ISREG(found.st_mode)) return fail(ErrorCode::denied, "radius secret: not a regular file");
  if (found.st_uid != ::geteuid() && found.st_uid != 0) return fail(ErrorCode::denied, "radius secret: owner");
  if ((found.st_mode & 077U) != 0) return fail(ErrorCode::denied, "radius secret: others may read it", found.st_mode);
  RadiusSecret out;
  out.bytes_.resize(radius_secret_bytes_max + 2);  // one to see that it is too long, one for the line end
  const ssize_t size = ::read(file.get(), out.bytes_.data(), out.bytes_.size());
  if (size < 0) return fail_errno("radius secret");
  const auto begin = out.bytes_.begin();
  const auto read_end = begin + static_cast<std::ptrdiff_t>(size);
  auto end = std::find(begin, read_end, '\n');
  if (end != begin && *(end - 1) == '\r') --end;
  const auto length = static_cast<std::size_t>(end - begin);
  if (length > radius_secret_bytes_max) return fail(ErrorCode::limit, "radius secret", radius_secret_bytes_max);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (length == 0 || std::any_of(begin, end, control)) return fail(ErrorCode::malformed, "radius secret");
  ::explicit_bzero(out.bytes_.data() + length, out.bytes_.size() - length);
  out.bytes_.resize(length);
  return out;
}

RadiusSecret RadiusSecret::of(std::string_view text) {
  RadiusSecret out;
  out.bytes_.assign(text.begin(), text.end());
  return out;
}

RadiusSecret::~RadiusSecret() {
  if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
}

/// Open is one ask under way.
struct RadiusClient::Open {
  std::size_t nas = 0;
  std::vector<std::uint8_t> bytes;
  RadiusReply reply;
  bool answered = false;
  Instant next{};
  std::chrono::milliseconds wait = radius_first_wait;
};

Result<RadiusClient> RadiusClient::open(std::vector<RadiusNas> nas) {
  if (nas.size() > radius_nas_max) return fail(ErrorCode::limit, "radius nas", nas.size());
  RadiusClient out(std::move(nas));
  out.next_identifier_.resize(out.nas_.size());
  if (::getrandom(out.next_identifier_.data(), out.next_identifier_.size(), 0) < 0) return fail_errno("getrandom");
  for (const RadiusNas& one : out.nas_) out.sockets_.push_back(CORDON_TRY(connected_socket(one)));
  return out;
}

RadiusClient::~RadiusClient() {
  for (const int socket : sockets_) ::close(socket);
}

RadiusClient::RadiusClient(RadiusClient&& other) noexcept
    : nas_(std::move(other.nas_)),
      sockets_(std::exchange(other.sockets_, {})),
      next_identifier_(std::move(other.next_identifier_)),
      counters_(other.counters_) {}

RadiusClient& RadiusClient::operator=(RadiusClient&& other) noexcept {
  std::swap(nas_, other.nas_);
  std::swap(sockets_, other.sockets_);
  std::swap(next_identifier_, other.next_identifier_);
  std::swap(counters_, other.counters_);
  return *this;
}

Result<std::vector<RadiusReply>> RadiusClient::ask(const std::vector<RadiusAsk>& asks,
                                                   std::chrono::milliseconds patience) {
  if (asks.size() > nas_.size()) return fail(ErrorCode::limit, "radius asks", asks.size());
  std::vector<Open> open;
  std::vector<Open*> of_nas(nas_.size(), nullptr);
  open.reserve(asks.size());  // of_nas points into it
  for (const RadiusAsk& ask : asks) {
    if (ask.nas >= nas_.size() || of_nas[ask.nas] != nullptr) return fail(ErrorCode::malformed, "radius ask");
    Open one;
    one.nas = ask.nas;
    one.bytes = CORDON_TRY(
        radius::sign_request({ask.code, next_identifier_[ask.nas]++, {}, ask.attributes}, nas_[ask.nas].secret.text()));
    open.push_back(std::move(one));
    of_nas[ask.nas] = &open.back();
  }
  // What lies there from before answers nothing of now.
  for (const Open& one : open) read_answers(one.nas, nullptr);

  const Instant end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const Instant now = std::chrono::steady_clock::now();
    std::vector<pollfd> waiting;
    std::vector<Open*> waited;
    Instant next = end;
    for (Open& one : open) {
      if (one.answered) continue;
      if (now >= one.next && now < end) send(one, now);
      next = std::min(next, one.next);
      waiting.push_back({sockets_[one.nas], POLLIN, 0});
      waited.push_back(&one);
    }
    if (waiting.empty() || now >= end) break;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0))) < 0 &&
        errno != EINTR) {
      return fail_errno("radius poll");
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) read_answers(waited[i]->nas, waited[i]);
    }
  }
  std::vector<RadiusReply> out;
  for (const Open& one : open) out.push_back(one.reply);
  return out;
}

/// send sends the same bytes again: a new timestamp would be a new request (RFC 5176, section 2.3), and whoever asked
/// twice could not tell which was meant. An error is as good as a lost datagram: ICMP can be forged.
void RadiusClient::send(Open& open, Instant now) {
  (void)::send(sockets_[open.nas], open.bytes.data(), open.bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ++open.reply.sent;
  open.next = now + open.wait;
  open.wait = std::min(open.wait * 2, radius_wait_max);
}

/// read_answers reads what has come from a NAS; `open` is what it may answer, or null.
void RadiusClient::read_answers(std::size_t nas, Open* open) {
  std::array<std::uint8_t, radius::packet_bytes_max + 1> buffer;
  for (std::size_t i = 0; i < datagrams_at_once; ++i) {
    const ssize_t size = ::recv(sockets_[nas], buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH) continue;
      return;
    }
    const ByteView datagram(buffer.data(), static_cast<std::size_t>(size));
    const Result<radius::Packet> packet = radius::parse(datagram);
    if (!packet) {
      ++counters_.malformed;
      continue;
    }
    if (open == nullptr || open->answered) {
      ++counters_.unrelated;
      continue;
    }
    switch (radius::verify_answer(datagram, open->bytes, nas_[nas].secret.text(), nas_[nas].need)) {
      case radius::Verdict::unrelated:
        ++counters_.unrelated;
        break;
      case radius::Verdict::forged:
        ++counters_.forged;
        break;
      case radius::Verdict::genuine:
        open->answered = true;
        if (packet->code == radius::Code::disconnect_ack || packet->code == radius::Code::coa_ack) {
          open->reply.kind = RadiusReply::Kind::acknowledged;
        } else {
          open->reply.kind = RadiusReply::Kind::refused;
          open->reply.cause = radius::error_cause(*packet);
        }
        break;
    }
  }
}

}  // namespace cordon::enforce
