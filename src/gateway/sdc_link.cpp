// SPDX-License-Identifier: Apache-2.0
// The way to a device: where it is, what is asked when. What its answers mean is in sdc_link_said.cpp.
#include "gateway/sdc_link.h"

#include <algorithm>

#include "gateway/keep_running.h"

namespace cordon::gateway {
namespace {

constexpr std::chrono::seconds alive_within{3};   // as the station has it (bedside/watch.h)
constexpr std::chrono::seconds between_moves{1};  // so that a flood of Hello makes no flood of connections
constexpr std::chrono::milliseconds rest_min{20};
constexpr std::chrono::seconds rest_max{1};

std::uint64_t random_number() {
  return std::stoull(random_hex(8), nullptr, 16);
}

}  // namespace

SdcLink::SdcLink(SdcSharedPtr shared, const SdcSighting& sighting)
    : shared_(std::move(shared)),
      name_(sighting.device.address),
      address_(sighting.address),
      device_(sighting.device),
      since_(shared_->mono()),
      last_seen_(since_),
      timer_(shared_->io) {
  next_ = sighting;
}

void SdcLink::start() {
  const auto self = shared_from_this();
  keep_running(shared_->io, [self] { return self->run(); },
               {[self] { return self->gone(); },
                [self] {
                  self->shared_->sink.failed();
                  if (self->consumer_) self->begin();  // what was under way is answered by nobody any more
                }});
}

void SdcLink::stop() {
  leave("forgotten");
  stopped_ = true;
  timer_.cancel();
}

/// choose takes a URL at the address from which the device itself spoke: another one may be anybody's.
bool SdcLink::choose(const SdcSighting& sighting) {
  std::optional<SdcUrl> best;
  for (const std::string& text : sighting.device.urls) {
    const auto url = read_sdc_url(text);
    if (!url || url->at.address().to_string() != address_) continue;
    if (best && (best->tls || !url->tls)) continue;
    best = url;
    url_text_ = text;
  }
  if (!best) return false;
  url_ = *best;
  device_ = sighting.device;
  instance_ = std::max(instance_, sighting.instance);
  return true;
}

bool SdcLink::is_alive() const {
  if (!consumer_ || link_ == 0) return false;
  const auto heard = std::max(consumer_->last_heard().value_or(MonoTime{}), last_answer_.value_or(MonoTime{}));
  return shared_->mono() - heard <= alive_within;
}

bool SdcLink::is_among(const std::vector<std::string>& urls) const {
  return std::ranges::find(urls, url_text_) != urls.end();
}

void SdcLink::seen(const SdcSighting& sighting) {
  const bool is_same = is_among(sighting.device.urls) && sighting.instance <= instance_;
  last_seen_ = shared_->mono();
  if (is_same && is_alive()) return;
  (is_same && !sighting.is_hello ? back_ : next_) = sighting;
  timer_.cancel();
}

void SdcLink::outnumbered(const std::string& address) {
  tell(sdc_trouble(SdcTroubleKind::duplicate, address, shared_->options.language));
}

/// move_on goes to where the device says at its address that it is now, unless it is alive where it was. One that
/// answers discovery again is not left waiting for the next try, which may be far off after a long loss of the network.
void SdcLink::move_on() {
  const bool waits = consumer_ && consumer_->stage() == sdc::Stage::waiting;
  if (!next_ && waits) next_ = back_;
  if (!next_ || is_alive() || shared_->mono() - began_ < between_moves) return;
  const SdcSighting sighting = *std::exchange(next_, std::nullopt);
  if (choose(sighting)) begin();
}

void SdcLink::begin() {
  leave("began anew");
  back_.reset();
  began_ = shared_->mono();
  const bool tls = url_.tls;
  const std::string base = (tls ? "https://" : "http://") + shared_->address.to_string() + ":";
  consumer_.reset();
  if (tls ? !shared_->as_client : !shared_->may_be_plain()) {
    tell(sdc_trouble(tls ? SdcTroubleKind::no_key : SdcTroubleKind::plain, {}, shared_->options.language));
    return;
  }
  consumer_.emplace(sdc::ConsumerOptions{device_.address, url_text_,
                                         base + std::to_string(shared_->notify_port) + "/" + token_, random_number(),
                                         random_number()});
}

asio::awaitable<void> SdcLink::run() {
  while (!gone()) {
    move_on();
    note_gap();
    say_again();
    std::optional<sdc::Request> request;
    if (consumer_) request = consumer_->due(shared_->mono());
    if (request) {
      co_await ask(std::move(*request));
    } else {
      co_await rest();
    }
  }
}

asio::awaitable<void> SdcLink::ask(sdc::Request request) {
  back_.reset();
  const auto url = read_sdc_url(request.url);
  SdcAnswer answer{sdc::Refusal::broken, "services at another address: " + request.url, {}};
  // Not led elsewhere by what a device says: neither to another machine nor out of TLS.
  if (url && url->at.address() == url_.at.address() && url->tls == url_.tls)
    answer = co_await post_sdc(shared_, *url, std::move(request.body));
  if (gone()) co_return;
  const MonoTime now = shared_->mono();
  if (answer.refusal) {
    take(consumer_->failed(request.id, *answer.refusal, answer.detail, now));
    co_return;
  }
  last_answer_ = now;
  last_seen_ = now;
  const sdc::Outcome outcome = consumer_->answered(request.id, as_bytes(answer.body), now);
  take(outcome);
  is_known_ = is_known_ || consumer_->stage() == sdc::Stage::live;
  if (link_ != 0 && outcome.troubles.empty()) say(event::LinkAlive{stamp().at, link_});
}

/// rest waits until something is due.
asio::awaitable<void> SdcLink::rest() {
  const MonoTime now = shared_->mono();
  MonoTime until = now + rest_max;
  if (consumer_) {
    if (const auto due = consumer_->next_due()) until = std::min(until, *due);
    calm();
  }
  timer_.expires_at(std::max(until, now + rest_min));
  http::Wire::Error error;
  co_await timer_.async_wait(to(error));
}

bool SdcLink::expects(const SdcDelivery& delivery) const {
  return !gone() && consumer_ && delivery.address == address_ && delivery.tls == url_.tls;
}

bool SdcLink::deliver(const SdcDelivery& delivery) {
  if (!expects(delivery)) return false;
  last_seen_ = shared_->mono();
  take(consumer_->notified(as_bytes(delivery.body), last_seen_));
  note_gap();
  if (!gone()) timer_.cancel();
  return true;
}

void SdcLink::flooded() {
  tell(sdc_trouble(SdcTroubleKind::flood, {}, shared_->options.language));
}

void SdcLink::refused() {
  trouble({sdc::TroubleKind::certificate, sdc::Ask::subscribe, {}});
}

}  // namespace cordon::gateway
