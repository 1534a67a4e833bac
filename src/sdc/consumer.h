// SPDX-License-Identifier: Apache-2.0
// Consumer: how a station gets from a discovered device to its live readings, and back after each failure. It has no
// socket and no clock: the gateway asks what is due, sends it, and hands back what came. Source: IEEE 11073-20701;
// DPWS 1.1; WS-Eventing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sdc/eventing.h"
#include "sdc/mdib.h"
#include "sdc/metadata.h"

namespace cordon::sdc {

constexpr std::size_t held_reports_max = 64;  // those that come before the MDIB: 6 s of waves
constexpr std::size_t subscriptions_max = 8;  // one for each service that sends events; one or two are usual
constexpr auto subscription_asked = std::chrono::seconds{60};   // what we ask; of what is granted no more counts
constexpr auto subscription_unsaid = std::chrono::seconds{10};  // where it does not say for how long
constexpr auto answer_within = std::chrono::seconds{5};         // then the gateway says that a request has failed
constexpr auto quiet_max = std::chrono::seconds{1};     // a device that said nothing for so long is asked to renew
constexpr auto gap_patience = std::chrono::seconds{1};  // reports of two subscriptions overtake each other
constexpr auto resync_every = std::chrono::seconds{2};  // between two GetMdib where reports are missing: alarms may be
constexpr auto resync_last = std::chrono::seconds{60};  // where parts are not described the pause doubles up to here
constexpr auto retry_first = std::chrono::seconds{1};   // after a failure, doubling
constexpr auto retry_last = std::chrono::seconds{15};   // up to here

/// ConsumerOptions: `url` is where the device answers; `notify_url` where it shall send; `seed` makes the message ids:
/// two consumers must not share one.
struct ConsumerOptions {
  std::string address;  // "urn:uuid:…", as discovered
  std::string url;
  std::string notify_url;
  std::uint64_t seed_high = 0;
  std::uint64_t seed_low = 0;
};

enum class Ask : std::uint8_t { get, subscribe, get_mdib, get_contexts, renew, unsubscribe };

/// Request is one HTTP POST of application/soap+xml.
struct Request {
  std::uint64_t id = 0;
  Ask ask = Ask::get;
  std::string url;
  std::string action;
  std::string body;
};

/// Refusal is why no answer came.
enum class Refusal : std::uint8_t {
  unreachable,
  timeout,
  certificate_refused,  // theirs by us, or ours by them
  broken,               // the answer was no HTTP, or too large
};

/// TroubleKind is what a person can do something about.
enum class TroubleKind : std::uint8_t {
  unreachable,
  timeout,
  certificate,
  refused,        // the device answered with a fault
  unreadable,     // what it sent is no message
  no_service,     // it offers no readings or no events
  lost_messages,  // reports were missing; everything is asked again
  subscription,   // it ended the subscription
  began_anew,     // it was started again
  wrong_device,   // another device answers at its address
};

/// Trouble: `detail` is the device's own word or the place in the message; the sentence and the remedy are remedy().
struct Trouble {
  TroubleKind kind = TroubleKind::unreachable;
  Ask during = Ask::get;
  std::string detail;
};

/// Remedy is what happened and what to do, in both languages, for a screen.
struct Remedy {
  std::string_view french;
  std::string_view english;
};
Remedy remedy(TroubleKind kind);

enum class Stage : std::uint8_t { describing, subscribing, loading, live, waiting, stopped };

/// Outcome is what came of one message. After `loaded` or a change of description, mdib().all() has everything.
struct Outcome {
  std::optional<Applied> applied;
  bool loaded = false;
  bool missed = false;  // the MDIB says what a report should have said, and nobody was told that one is missing
  std::vector<Trouble> troubles;
};

class Consumer {
 public:
  explicit Consumer(ConsumerOptions options);

  /// due gives the next request where one is due and none is under way; call again after each answer, and at
  /// next_due(): a time, long past for "now", or nothing while a request is under way.
  std::optional<Request> due(MonoTime now);
  std::optional<MonoTime> next_due() const;

  /// answered takes the body of an answer, of whatever HTTP status: a fault says more than its number. An id that is
  /// not under way is ignored.
  Outcome answered(std::uint64_t id, ByteView body, MonoTime now);
  Outcome failed(std::uint64_t id, Refusal refusal, std::string_view detail, MonoTime now);
  /// notified takes a message that the device sent to notify_url; the gateway answers 202 whatever comes of it.
  Outcome notified(ByteView body, MonoTime now);
  /// stop ends the subscriptions; due() gives what is left to send, then nothing.
  void stop();

  Stage stage() const { return stage_; }
  const Mdib& mdib() const { return mdib_; }
  const Metadata& metadata() const { return metadata_; }
  /// lacks_reports: for longer than gap_patience something that the device sent has not arrived, or is not understood;
  /// an alarm may be among it.
  bool lacks_reports(MonoTime now) const;
  /// has_unheard_traces: its traces go on, as its MDIB shows, and none of them is sent here. The versions that they
  /// take are missing for ever; each time all is asked again, and what else is missing is told when it was found there.
  bool has_unheard_traces() const { return unheard_traces_; }
  /// last_heard is when a report last came; what silence means is not decided here.
  std::optional<MonoTime> last_heard() const { return last_heard_; }

 private:
  struct Subscription {
    std::string url;
    std::vector<std::string> actions;
    std::string manager;
    std::vector<Element> reference;
    MonoTime renew_at;
    bool is_alive = false;
  };
  struct UnderWay {
    Request request;
    std::size_t subscription = 0;
  };

  Request make(Ask ask, const std::string& url, std::string_view action, Element body,
               std::vector<Element> header = {});
  std::optional<Request> start(Request request, std::size_t subscription = 0);
  std::optional<Request> next_subscription(MonoTime now);
  std::optional<Request> ask_mdib();
  std::optional<Request> ask_contexts();
  std::optional<Request> ask_renewal(MonoTime now);
  std::optional<Request> ask_live(MonoTime now);
  std::optional<Request> ask_end();
  bool gap_is_due(MonoTime now);
  MonoTime resync_due() const;
  bool awaits_traces() const { return !trace_came_ && mdib_.describes_traces(); }
  /// may_count_alone: what is missing may be nothing that anybody is sent. The MDIB shows it.
  bool may_count_alone() const { return !counts_on_ || awaits_traces(); }
  void answered_get(const Element& body, Outcome& out, MonoTime now);
  void answered_subscribe(std::size_t index, const Element& body, Outcome& out, MonoTime now);
  void answered_renew(std::size_t index, const Element& body, MonoTime now);
  void answered_mdib(const Element& body, Outcome& out, MonoTime now);
  void replay_held(Outcome& out, MonoTime now);
  void take_report(const Report& report, Outcome& out, MonoTime now);
  void refuse(Trouble trouble, const UnderWay& what, Outcome& out, MonoTime now);
  void plan_subscriptions();
  bool ask_for_less(std::size_t index);
  void again(Stage stage, MonoTime now);
  void begin_anew(MonoTime now);
  void renewed(Subscription& subscription, std::optional<Nanos> granted, MonoTime now);
  std::string next_id();

  ConsumerOptions options_;
  Metadata metadata_;
  std::vector<Subscription> subscriptions_;
  Mdib mdib_;
  std::deque<Report> held_;
  std::optional<UnderWay> under_way_;
  Stage stage_ = Stage::describing;
  Stage stage_after_wait_ = Stage::describing;
  MonoTime wait_until_;
  std::optional<MonoTime> gap_since_;
  std::optional<MonoTime> last_heard_;
  std::uint64_t last_version_ = 0;                    // of a report
  MonoTime last_word_;                                // a report or an answer
  MonoTime resync_asked_ = MonoTime{} - resync_last;  // or refused
  std::chrono::seconds resync_after_ = resync_every;
  std::chrono::seconds retry_after_ = retry_first;
  std::uint64_t ids_ = 0;
  bool contexts_asked_ = false;
  bool trace_came_ = false;
  bool unheard_traces_ = false;
  bool counts_on_ = false;     // a report's version followed the one before by one
  bool counts_alone_ = false;  // none ever did, and the MDIB had nothing new where versions were missing
};

}  // namespace cordon::sdc
