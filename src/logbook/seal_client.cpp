// SPDX-License-Identifier: Apache-2.0
#include "logbook/seal_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "logbook/seal_wire.h"

namespace cordon::logbook {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

tl::unexpected<Error> io_failure() {
  return fail(ErrorCode::io, "seal", static_cast<std::uint64_t>(errno));
}

/// wait_for waits until the socket can be read or written, or the deadline has come.
Result<void> wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd ready{.fd = fd, .events = events, .revents = 0};
    const int count = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left, INT32_MAX)));
    if (count > 0) return {};
    if (count == 0) return fail(ErrorCode::timeout, "seal");
    if (errno != EINTR) return io_failure();
  }
}

Result<void> send_all(int fd, ByteView out, Deadline deadline) {
  while (!out.empty()) {
    const ssize_t sent = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      out = out.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return {};  // the seal has hung up; its answer, which says why, may still be there to read
    } else if (errno == EAGAIN) {
      CORDON_TRY_VOID(wait_for(fd, POLLOUT, deadline));
    } else if (errno != EINTR) {
      return io_failure();
    }
  }
  return {};
}

Result<void> receive_all(int fd, std::span<std::uint8_t> in, Deadline deadline) {
  while (!in.empty()) {
    const ssize_t got = ::recv(fd, in.data(), in.size(), 0);
    if (got > 0) {
      in = in.subspan(static_cast<std::size_t>(got));
    } else if (got == 0) {
      return fail(ErrorCode::io, "seal", ECONNRESET);
    } else if (errno == EAGAIN) {
      CORDON_TRY_VOID(wait_for(fd, POLLIN, deadline));
    } else if (errno != EINTR) {
      return io_failure();
    }
  }
  return {};
}

Result<SealAnswer> exchange(int fd, const Head& head, Deadline deadline) {
  CORDON_TRY_VOID(send_all(fd, encode_seal_request(head), deadline));
  std::array<std::uint8_t, 4> prefix{};
  CORDON_TRY_VOID(receive_all(fd, prefix, deadline));
  const std::uint32_t size = CORDON_TRY(ByteReader(prefix).u32le());
  if (size > seal_frame_bytes_max) return fail(ErrorCode::malformed, "seal answer");
  std::vector<std::uint8_t> answer(size);
  CORDON_TRY_VOID(receive_all(fd, answer, deadline));
  return decode_seal_answer(answer);
}

Result<SignedHead> judge(const Head& head, const SealAnswer& answer) {
  switch (answer.status) {
    case SealStatus::signed_head:
      return SignedHead{head, answer.sealed_at, answer.signature};
    case SealStatus::older:
      return fail(ErrorCode::denied, "the seal signed a later entry before: the logbook was cut", answer.last.value);
    case SealStatus::other_hash:
      return fail(ErrorCode::denied, "the seal signed another hash before: the logbook was rewritten",
                  answer.last.value);
    case SealStatus::not_you:
      return fail(ErrorCode::denied, "the seal does not serve this user");
    case SealStatus::too_many:
      return fail(ErrorCode::limit, "the seal serves no further box");
    case SealStatus::disk:
      return fail(ErrorCode::io, "the seal cannot write", ENOSPC);
    case SealStatus::malformed:
      break;
  }
  return fail(ErrorCode::malformed, "seal request");
}

}  // namespace

SealClient::SealClient(SealClient&& other) noexcept
    : options_(std::move(other.options_)), fd_(std::exchange(other.fd_, -1)) {}

SealClient::~SealClient() {
  close();
}

void SealClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<void> SealClient::connect(Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = options_.socket_path;
  if (path.empty() || path.size() >= sizeof address.sun_path) return fail(ErrorCode::limit, "seal socket path");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return io_failure();
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  while (::connect(fd_, generic, sizeof address) != 0) {
    if (errno == EISCONN) break;
    if (errno != EAGAIN && errno != EINTR) return io_failure();
    // EAGAIN: the seal's queue of connections is full (unix(7)). Nothing tells when it has room again.
    if (std::chrono::steady_clock::now() >= deadline) return fail(ErrorCode::timeout, "seal");
    ::poll(nullptr, 0, 1);
  }
  return {};
}

Result<SignedHead> SealClient::seal(const Head& head) {
  if (!box_name_ok(head.box)) return fail(ErrorCode::malformed, "box name");
  const Deadline deadline = std::chrono::steady_clock::now() + options_.timeout;
  const bool kept = fd_ >= 0;
  Result<SealAnswer> answer = fail(ErrorCode::io, "seal");
  if (kept) answer = exchange(fd_, head, deadline);
  if (!kept || (!answer && answer.error().code == ErrorCode::io)) {  // the seal was restarted since the last call
    close();
    const Result<void> connected = connect(deadline);
    answer = connected ? exchange(fd_, head, deadline) : Result<SealAnswer>(tl::unexpected(connected.error()));
  }
  if (!answer) {
    close();  // a late answer must not be taken for that of the next call
    return tl::unexpected(answer.error());
  }
  return judge(head, *answer);
}

}  // namespace cordon::logbook
