// SPDX-License-Identifier: Apache-2.0
// SdcLink: one device of the SDC gateway at one address, from its first word in discovery to its readings, and back
// after each failure. A device that says its name from another address is another link: which of them it is, the
// station judges. Inside the gateway; one Asio thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/observed_period.h"
#include "gateway/rate_watch.h"
#include "gateway/sdc_shared.h"
#include "gateway/sdc_told.h"
#include "gateway/sdc_wave_index.h"

namespace cordon::gateway {

/// link_forgotten: a device that was silent for so long, also in discovery, gives its place up.
constexpr std::chrono::minutes sdc_forgotten_after{10};
/// sdc_values_pause: so long may a device be between two values, until it has shown that it says them more often.
constexpr std::chrono::seconds sdc_values_pause{30};

class SdcLink : public std::enable_shared_from_this<SdcLink> {
 public:
  SdcLink(SdcSharedPtr shared, const SdcSighting& sighting);

  /// start begins to ask; the link then lives until stop().
  void start();
  void stop();

  /// seen: discovery heard of this device at this address again. One that is alive is not given up for what anybody may
  /// send.
  void seen(const SdcSighting& sighting);
  /// deliver takes a report; false where it is not from this device, which expects() tells by its sender alone.
  bool deliver(const SdcDelivery& delivery);
  bool expects(const SdcDelivery& delivery) const;
  /// refused: TLS with this device's address did not come about. flooded: more comes from it than may.
  void refused();
  void flooded();
  /// outnumbered: more say that they are this device than are read, one of them at `address`.
  void outnumbered(const std::string& address);

  const std::string& token() const { return token_; }
  /// name is the device's stable address, address the IP address from which it speaks.
  const std::string& name() const { return name_; }
  const std::string& address() const { return address_; }
  /// is_among: one of these is where it is read.
  bool is_among(const std::vector<std::string>& urls) const;
  bool is_alive() const;
  /// is_known: it answered once. Who only said that it is there may be anybody.
  bool is_known() const { return is_known_; }
  MonoTime since() const { return since_; }
  MonoTime last_seen() const { return last_seen_; }

 private:
  asio::awaitable<void> run();
  asio::awaitable<void> ask(sdc::Request request);
  asio::awaitable<void> rest();
  void begin();
  bool choose(const SdcSighting& sighting);
  void move_on();

  void take(const sdc::Outcome& outcome);
  void whole();
  void frame(const sdc::Readings& all);
  void changes(const sdc::Applied& applied, const SdcSaying& saying);
  void waves(const std::vector<sdc::Wave>& all, bool after_gap);
  bool note_rate(const sdc::Wave& wave, const std::optional<event::WaveHeard>& heard, bool after_gap);
  void note_flow(const sdc::Wave& wave);
  bool say_ended(const event::Channel& channel);
  void note_clock(std::optional<WallTime> determined, bool is_now);

  void introduce();
  void leave(const std::string& why);
  void trouble(const sdc::Trouble& what);
  void tell(event::TroubleHeard trouble);
  void tell_odd(SdcTroubleKind kind);
  void tell_standing();
  bool told_stands() const;
  void note_gap();
  void tell_gap();
  void calm();
  void say(event::BedsideInput input);
  void say_again();
  SdcStamp stamp() const { return {shared_->sink.now(), link_, ahead_}; }
  bool gone() const { return stopped_ || shared_->closed; }

  SdcSharedPtr shared_;
  std::string name_;
  std::string address_;
  sdc::Device device_;
  SdcUrl url_;
  std::string url_text_;
  std::uint64_t instance_ = 0;
  std::optional<SdcSighting> next_;  // where it says that it is now
  std::optional<SdcSighting> back_;  // it said that it is where it was, while a request was under way or none
  MonoTime began_;
  MonoTime since_;
  MonoTime last_seen_;
  bool is_known_ = false;
  std::string token_ = random_hex(16);
  std::optional<sdc::Consumer> consumer_;
  asio::steady_timer timer_;

  std::uint64_t link_ = 0;       // 0: none is open
  std::uint64_t last_link_ = 0;  // for trouble while none is
  std::optional<event::DeviceHeard> said_;
  std::optional<MonoTime> last_answer_;
  std::vector<sdc::AlertSystem> systems_;
  std::vector<sdc::PatientOffer> patients_;
  std::vector<sdc::LocationOffer> locations_;
  bool has_odd_name_ = false;
  std::optional<Micros> ahead_;  // the device's clock, of ours
  SdcWaveIndex index_;
  std::map<std::string, RateWatch> rates_;         // of its traces
  std::map<std::string, event::Channel> flowing_;  // traces that come
  ObservedPeriod values_{sdc_values_pause};
  SdcTold told_;  // the trouble that stands on the screen
  bool gap_told_ = false;
  std::optional<MonoTime> gap_at_;
  bool gaps_go_on_ = false;               // one soon after the other: they are one trouble
  std::optional<MonoTime> unsaid_since_;  // something found no room
  bool stopped_ = false;
};

}  // namespace cordon::gateway
