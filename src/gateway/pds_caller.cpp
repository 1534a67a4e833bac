// SPDX-License-Identifier: Apache-2.0
#include "gateway/pds_caller.h"

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "gateway/keep_running.h"
#include "hl7/answer.h"
#include "hl7/framing.h"
#include "io/awaiting.h"

namespace cordon::gateway {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr std::size_t pds_datagram_bytes_max = 4096;
constexpr std::chrono::seconds answer_within{5};
constexpr std::chrono::seconds again_after{5};  // who did not answer, or hung up

using io::to;

MonoTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Result<std::uint16_t> PdsCaller::listen(const asio::ip::address& address, std::uint16_t port) {
  error_code error;
  const asio::ip::address_v4 at = address.is_v4() ? address.to_v4() : asio::ip::address_v4::any();
  socket_.open(udp::v4(), error);
  if (!error) socket_.set_option(udp::socket::reuse_address(true), error);
  if (!error) socket_.bind({at, port}, error);
  if (error) return fail(ErrorCode::io, "hl7 announcements", static_cast<std::uint64_t>(error.value()));
  const auto self = shared_from_this();
  keep_running(context_, [self] { return self->hear_all(self); }, {[self] { return self->closed_; }, calls_.failed});
  return socket_.local_endpoint(error).port();
}

void PdsCaller::look(const GatewaySink& sink) {
  lost_.look({socket_.native_handle()}, now(), sink);
}

void PdsCaller::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> PdsCaller::hear_all(std::shared_ptr<PdsCaller> self) {
  std::array<std::uint8_t, pds_datagram_bytes_max> buffer;
  udp::endpoint from;
  error_code error;
  while (!self->closed_) {
    const std::size_t got = co_await socket_.async_receive_from(asio::buffer(buffer), from, to(error));
    if (closed_) co_return;
    if (!error && datagrams_.take(1, now())) heard({buffer.data(), got}, from);
  }
}

/// heard takes an announcement. A monitor speaks for its own address alone: otherwise one forged datagram would have us
/// call whomever it names.
void PdsCaller::heard(ByteView datagram, const udp::endpoint& from) {
  hl7::MllpReader reader;  // some frame it
  auto frames = reader.feed(datagram);
  const std::string bytes =
      frames.empty() ? std::string(datagram.begin(), datagram.end()) : std::move(frames.front().bytes);
  const auto message = hl7::parse(bytes);
  const auto port = message ? hl7::pds_announced(*message) : std::nullopt;
  if (!port) return;
  std::erase_if(called_, [](const auto& entry) { return now() - entry.second > again_after; });
  if (called_.contains(from.address()) || called_.size() >= pds_monitors_max) return;
  if (calls_.connected(from.address().to_string())) return;
  called_[from.address()] = now();
  run_once(context_, call(shared_from_this(), {from.address(), *port}), calls_.failed);
}

asio::awaitable<void> PdsCaller::call(std::shared_ptr<PdsCaller> self, tcp::endpoint monitor) {
  const auto socket = std::make_shared<tcp::socket>(context_);
  asio::steady_timer patience(context_, answer_within);
  patience.async_wait([socket](error_code over) {
    error_code ignored;
    if (!over) socket->close(ignored);
  });
  error_code error;
  co_await socket->async_connect(monitor, to(error));
  patience.cancel();
  if (error || self->closed_) co_return;
  calls_.answered(std::move(*socket));
}

}  // namespace cordon::gateway
