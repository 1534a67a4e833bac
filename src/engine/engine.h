// SPDX-License-Identifier: Apache-2.0
// Engine: the single writer. step(input) gives the events to record and the effects to release once they are durable.
// One thread, deterministic, no clock, no I/O: the same inputs give the same events.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "contain/means.h"
#include "contain/plan.h"
#include "contain/proof.h"
#include "engine/policy.h"
#include "engine/question.h"
#include "engine/seen.h"
#include "engine/state.h"
#include "engine/words.h"
#include "estate/estate.h"
#include "event/messages.h"

namespace cordon::engine {

/// work_sum_period: harmless observations of one key are recorded as one sum at least this often.
constexpr Micros work_sum_period = std::chrono::seconds(60);
/// work_keys_max bounds the sums not recorded yet; at the bound all are recorded.
constexpr std::size_t work_keys_max = 4096;
/// flow_keys_max bounds the clients whose flows are not recorded yet; at the bound all are recorded. One entry has at
/// most flows_per_entry_max flows of some 70 bytes: 36 KB.
constexpr std::size_t flow_keys_max = 4096;
constexpr std::size_t flows_per_entry_max = 512;
/// flows_beyond_period: what was not taken of a client is recorded this late where nothing else is to be said of it.
constexpr Micros flows_beyond_period = std::chrono::hours(1);
/// sensor_report_period: a sensor's totals are recorded at least this often, and at once when it dropped packets.
constexpr Micros sensor_report_period = std::chrono::seconds(30);

/// sensor_silence_max: a sensor from which no totals came for so long watches nothing, whatever its connection says.
constexpr Micros sensor_silence_max = 3 * sensor_report_period;
/// sensor_absence_max: a sensor that is started again within this was not away.
constexpr Micros sensor_absence_max = std::chrono::seconds(5);

/// answers_dropped_max: so many answers in a row may come too late, because something that decides had changed; then
/// the estate is weighed in the step itself, so that a lasting attack cannot put off every plan.
constexpr int answers_dropped_max = 2;
/// answer_awaited_max: a question without an answer for so long is lost, and the estate is weighed in the step itself.
constexpr Micros answer_awaited_max = std::chrono::seconds(10);

struct Recorded {
  Sequence entry;
  event::Event event;
};

struct Step {
  std::vector<Recorded> events;
  std::vector<event::Effect> effects;
  std::shared_ptr<const Question> question{};  // to be weighed elsewhere, if any: its answer goes to Engine::take
};

/// Weighing says where the whole estate is weighed.
enum class Weighing : std::uint8_t {
  here,       // in the step that is due: the same inputs give the same events
  elsewhere,  // a tick gives the question and answers the next inputs meanwhile
};

/// why_turned_down gives the reason why what a person asked for was not taken, from what its step recorded; nothing
/// when it was taken.
std::string why_turned_down(std::span<const Recorded> events);

class Engine {
 public:
  /// `state` is empty for a new box, or folded from its logbook.
  Engine(Policy policy, estate::Estate estate, State state, Weighing weighing = Weighing::here);

  /// step takes one input. The events it gives carry the next sequences; they must be recorded in this order, without
  /// others between.
  Step step(const event::Input& input);

  /// take takes the answer to the question of an earlier step, as step takes an input. It is dropped, and asked anew,
  /// where the state would put another question by now.
  Step take(Weighed answer);

  /// flush records the sums of harmless work and the flows that are still held, at an orderly end.
  Step flush();

  const State& state() const { return state_; }
  const estate::Estate& estate() const { return *estate_; }
  const Policy& policy() const { return policy_; }
  /// mode is the one in force: a person's choice, else the configured one.
  event::Mode mode() const { return state_.mode_chosen ? state_.mode_chosen->mode : policy_.mode; }
  /// carried_by gives who was asked for a cut, in order, without those who only rehearse beside others.
  std::vector<std::string> carried_by(const CutRecord& cut) const;
  /// lone_harm is the patient-hours that the cuts in force cost to which one person alone has agreed. Many small lines
  /// are one large one: lone_left is what may still be agreed to so, ordered or approved.
  double lone_harm() const;
  double lone_left() const { return policy_.lone_harm_max - lone_harm(); }
  /// ends_soon: it is time to settle whether this cut goes on, and somebody is configured who could prolong it.
  bool ends_soon(const CutRecord& cut) const;
  /// budget_left is the patient-hours that automatic cuts may still cost.
  double budget_left() const;

 private:
  Words words() const { return {*estate_, state_, now_}; }

  using WorkKey = std::tuple<event::HostKey, std::string, std::string>;  // host, user, share
  /// Asked is one means of one cut: what its reports prove, and whether it has confirmed that the cut is lifted.
  struct Asked {
    contain::Proof proof;
    WallTime deadline;
    bool lifted = false;
  };
  using Watched = std::map<std::string, Asked>;  // by the means' name
  /// Taken is a cut, and who has its address now.
  struct Taken {
    std::string cut;
    std::string by;
  };
  /// Posed is a question whose answer is awaited.
  struct Posed {
    std::shared_ptr<const Question> question;
    bool for_relief = false;  // the plan stands, but what it no longer needs may be another
  };

  void on(Step& out, const event::Started& input);
  void on(Step& out, const event::Tick& input);
  void on(Step& out, const event::ProcessChanged& input);
  void on(Step& out, const event::SensorReport& input);
  void on(Step& out, const event::HostSeen& input);
  bool is_named_for_another(const event::HostKey& key) const;
  std::vector<Taken> taken_by(const event::HostKey& host) const;
  void narrow_cuts(Step& out, const event::HostKey& host, std::span<const Taken> taken);
  void narrow_what_was_taken(Step& out);
  void prolong(Step& out, const std::string& id, std::string by);
  bool goes_on_by_itself(const CutRecord& cut) const;
  void see_ends_coming(Step& out);
  void use_up_order(Step& out, const std::string& key);
  void with_renewals(event::PlanMade& plan) const;
  const CutRecord* to_prolong(const std::string& key) const;
  void on(Step& out, const event::FlowSeen& input);
  void on(Step& out, const event::Observation& input);
  void on(Step& out, const event::FlowProgress& input);
  void on(Step& out, const event::EnforcerReport& input);
  void on(Step& out, const event::InForce& input);
  void on(Step& out, const event::RollBack& input);
  void on(Step& out, const event::PersonChanged& input);
  void on(Step& out, const event::SessionChanged& input);
  void on(Step& out, const event::ApprovalWish& input);
  void on(Step& out, const event::CertificateChanged& input);
  void on(Step& out, const event::LineDecided& input);
  void on(Step& out, const event::HandDone& input);
  void on(Step& out, const event::Freeze& input);
  void on(Step& out, const event::ModeChosen& input);
  void on(Step& out, const event::ClockSet& input);

  Sequence record(Step& out, event::Event event);
  /// respond gives the quick answer to one verdict; false when no configured means carries it out.
  bool respond(Step& out, const event::Verdict& verdict, Sequence entry);
  /// respond_to_session gives the quick answer to a verdict on one user of a host that stands for several people.
  void respond_to_session(Step& out, const event::Verdict& verdict, Sequence entry);
  /// guilty_on gives the users of this host who are sources of the attack by themselves: it stands for several people,
  /// and they have a verdict each. Nobody of a protected host, which is answered for as a whole, by people.
  std::set<std::string> guilty_on(const event::HostKey& host) const;
  /// explained_by_sessions: what those whom guilty_on names did is all that the verdict on this host rests on. Then the
  /// sources are they, and not the host.
  bool explained_by_sessions(const event::HostKey& host) const;
  /// guilty_sessions gives all of them, each once whatever addresses his host has. Whoever is refused in vain cannot be
  /// refused again.
  std::vector<estate::Session> guilty_sessions(std::span<const event::HostKey> seen) const;
  /// refuses: as far as is known, none of the users whom this cut is about does anything any more: it is on its way, or
  /// was read back and none of them has gone on elsewhere since.
  bool refuses(const CutRecord& cut) const;
  /// counts gives what a plan may reckon this cut for.
  event::CountsAs counts(const CutRecord& cut) const;
  /// refused_since gives since when a means has a cut in place that it has read back.
  std::optional<WallTime> refused_since(const std::string& cut) const;
  /// request_for gathers what a quick answer looks at; `seen` and `infected` are filled and must outlive it.
  contain::PlanRequest request_for(const event::Verdict& verdict, Sequence entry, std::vector<event::HostKey>& seen,
                                   std::vector<event::HostKey>& infected) const;
  /// forget_roll_backs: who took a cut of this host back judged what it had done until then. Without a session, as
  /// RollBack records it; what a person forbade outright stays forbidden.
  void forget_roll_backs(Step& out, const event::HostKey& host);
  void forget_roll_back(Step& out, const std::string& key);
  /// plan_again has the whole estate weighed anew (weighing.cpp): on the tick after whatever could change the answer.
  void plan_again(Step& out);
  /// weigh_here does it at once, whoever was asked before: also where the quick answer came to nothing.
  void weigh_here(Step& out);
  std::optional<Posed> pose();
  void pose_elsewhere(Step& out);
  void take_question_back();
  void carry_out(Step& out, event::PlanMade plan, bool for_relief);
  /// grounds gathers what a plan hangs on now; `seen` is seen_lately().
  Grounds grounds(std::span<const event::HostKey> seen) const;
  /// suspicion_of says what a suspect is taken for by what is known of him; null: nothing but the verdict.
  double suspicion_of(const detect::Sum* sum) const;
  void gather_suspicions(std::span<const event::HostKey> seen, Grounds& out) const;
  bool had_plan() const;
  void ask_people(Step& out, event::PlanMade& plan);
  /// with_declined advises what somebody has declined to approve, and asks nobody about it.
  void with_declined(event::PlanMade& plan) const;
  /// who_declined: of a cut that is to go on, since it was last agreed to.
  std::string who_declined(const event::PlannedAction& line) const;
  /// asks_nobody: a line waits for an answer that nobody can give any more, or was declined long ago.
  bool asks_nobody() const;
  /// note_declined: an order that another declined to approve is not ordered any more.
  void note_declined(Step& out, const std::string& approval);
  /// weigh_in_this_life: what waits was asked by an earlier run, of an estate that may have been another. Nobody's
  /// approval counts before this one has weighed.
  void weigh_in_this_life(Step& out);
  /// end_question: who ordered or approved this line did so before it was withdrawn or forbidden.
  void end_question(Step& out, const std::string& key);
  /// count_as_approval: who orders a line that waits already approves it, by the rules of approval.
  void count_as_approval(Step& out, const event::LineDecided& order);
  void carry_out_granted(Step& out);
  std::string why_over(const std::string& approval) const;
  void cut(Step& out, const event::PlannedAction& action, std::vector<Sequence> why, std::string rule, std::string by);
  /// turn_down records the refusal where there is a reason for it, and says whether there is.
  bool turn_down(Step& out, event::OrderRefused order);
  std::uint32_t automatic_cuts_left() const;
  /// something_waits for people in the last plan.
  bool something_waits() const;
  /// offer gives a configured means by its name, or null.
  const event::MeansOffer* offer(const std::string& name) const;
  void ask_for(Step& out, const CutRecord& cut);
  void ask_for(Step& out, const CutRecord& cut, const event::MeansOffer& means);
  /// rehearses_beside: this means only rehearses what another carries out, so nothing of the cut's state rests on it.
  bool rehearses_beside(const CutRecord& cut, const event::MeansOffer& means) const;
  /// note_rehearsal records once what such a means says that it would do.
  void note_rehearsal(Step& out, const CutRecord& cut, const event::EnforcerReport& input);
  /// further_means gives whom to ask beside those that were asked for a cut, or null; the first, if those are not
  /// configured any more.
  const event::MeansOffer* further_means(const CutRecord& cut) const;
  /// means_for gives the next to ask for a cut, or null. Who has no verdict is not turned away by one file server for
  /// what Cordon decided by itself.
  const event::MeansOffer* means_for(const event::CutDecided& cut, std::span<const std::string> asked) const;
  bool is_silent(const event::MeansOffer& means) const;
  /// may_keep: the estate, as it is now, lets this means have it.
  bool may_keep(const CutRecord& cut, const event::MeansOffer& means) const {
    return contain::why_let_go(means, cut.decision, estate()).empty();
  }
  /// let_go gives up what the estate, as it is since, lets nobody cut so, or not by this means.
  void let_go(Step& out);
  /// hand_on asks that one.
  void hand_on(Step& out, const std::string& id, const std::string& why);
  void ask_to_lift(Step& out, const CutRecord& cut);
  /// lifted records that nobody has a cut any more which was taken back or whose time was over.
  void lifted(Step& out, const std::string& id);
  void judge(Step& out, const std::string& id);
  /// cuts_by_itself: in mode guard, and not frozen.
  bool cuts_by_itself() const;
  bool is_nobodys(const std::string& id) const;
  /// is_watched says whether a live sensor of this name sees what goes on now; of any name, when it is empty.
  bool is_watched(const std::string& sensor) const;
  /// expire has what reached its end lifted by everybody who was asked, and gives the ids.
  std::set<std::string> expire(Step& out);
  template <class Wanted>
  void record_work(Step& out, Wanted&& wanted);
  template <class Wanted>
  void record_flows(Step& out, Wanted&& wanted);

  Policy policy_;
  std::shared_ptr<const estate::Estate> estate_;
  State state_;
  WallTime now_;
  std::map<WorkKey, event::WorkSummed>
      work_;                // not recorded yet: lost in a crash, which can only make Cordon more suspicious
  FlowMemory flows_ahead_;  // state_.flows and what is not recorded yet
  std::map<event::HostKey, event::FlowsSeen> flows_;  // not recorded yet: lost in a crash, and told again in a day
  Weighing weighing_;
  std::optional<Posed> posed_;
  std::uint64_t questions_ = 0;
  int dropped_ = 0;  // answers in a row
  bool plan_due_ = true;
  std::set<std::string> ending_;             // cuts of which people were asked whether they go on
  std::vector<std::string> silent_at_plan_;  // means that did not answer then
  WallTime means_back_;                      // when a process came back, last
  std::uint32_t left_at_plan_ = std::numeric_limits<std::uint32_t>::max();  // of the automatic cuts an hour
  bool planned_ = false;                    // this run of the program has weighed the estate, or has nothing to weigh
  bool weighed_in_vain_ = false;            // the last time: it has more ways than a graph holds
  bool relief_due_ = false;                 // the plan stands, but what it no longer needs may be another
  std::map<std::string, Watched> watched_;  // of each awaited cut; rebuilt from reports after a restart
};

}  // namespace cordon::engine
