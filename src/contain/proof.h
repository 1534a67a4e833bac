// SPDX-License-Identifier: Apache-2.0
// Proof: whether one cut is seen to hold by one means. It holds when the means reads its rule back, the rule's drop
// counter grows, and a sensor that watches sees no server acknowledge new data of a cut flow once what was on its way
// has passed; anything less is unproven and says so, as all is by a means that counts nothing. Also what a plan may
// reckon on meanwhile (CountsAs). Pure; time comes in with the reports. Which of a sensor's reports are about a cut:
// goes_on.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contain/means.h"
#include "event/containment.h"

namespace cordon::contain {

/// ack_grace: a server's acknowledgement this long after the cut was applied may still be of data that passed before
/// it.
constexpr Micros ack_grace = std::chrono::milliseconds(500);

/// contradiction_lasts: an acknowledgement after the cut counts against it until nothing more was seen for so long.
/// Minutes, for who goes another way round may write a file now and then. To doubt a cut for too long costs people a
/// look, to believe it too early costs files. An estimate.
constexpr Micros contradiction_lasts = std::chrono::minutes(10);

/// put_back_max: what was gone when it was read back is asked for again at once; so long it counts as on its way.
constexpr Micros put_back_max = std::chrono::seconds(5);

/// rehearsed_reason begins what is said of a cut, or of one means of it, that was only rehearsed.
constexpr const char* rehearsed_reason = "dry run: nothing was enforced";

/// blind_reason is said of a cut that its means saw in force, and cannot look at any more.
constexpr const char* blind_reason = "its rule was read back before, but nobody can look at it any more";

/// Followed says how much of what a cut stops a sensor would see go on all the same.
enum class Followed : std::uint8_t {
  all,
  some,  // of what an isolated host says, the spreading protocols alone
  none,  // a flow on another port
};

class Proof {
 public:
  struct Finding {
    event::CutState state;
    std::string detail;
    bool wants_help = false;  // waiting will not mend it: a further means should be asked
    event::CountsAs counts_as = event::CountsAs::done;
  };

  /// `action` is the cut's word.
  explicit Proof(event::MeansOffer offer, std::string_view action = "", Followed followed = Followed::all)
      : offer_(std::move(offer)),
        of_sessions_(action == event::end_sessions),
        does_whole_(does_whole(offer_, action)),
        followed_(followed) {}

  void on_report(const event::EnforcerReport& report);
  void on_progress(const event::FlowProgress& progress);
  /// doubted_before: an earlier run of the program saw the cut contradicted, the last time then.
  void doubted_before(WallTime at);

  /// Moment is what a judgement looks at beside the reports: `deadline` is the means', `watched` says whether a live
  /// sensor would see an acknowledgement.
  struct Moment {
    WallTime now;
    WallTime deadline;
    bool watched = false;
  };
  Finding find(const Moment& moment) const;

  std::uint64_t drops() const { return drops_; }
  /// in_place_since gives when the means took it, if it has been read back and nothing has failed since.
  std::optional<WallTime> in_place_since() const {
    return read_back_ && !missing_ && !failed_ ? applied_ : std::nullopt;
  }

 private:
  void put_in_force(WallTime at);
  struct Doubt {
    WallTime at;
    std::string words;
  };
  Finding read_back_finding(const Moment& moment) const;
  /// counts_for_whole is `done`, but for a means that does only a part of what was decided.
  event::CountsAs counts_for_whole() const;
  /// counts_if_put_back is for what is not in place, or was not read back: it may be on its way back.
  event::CountsAs counts_if_put_back(WallTime now) const;

  event::MeansOffer offer_;
  bool of_sessions_ = false;
  bool does_whole_ = true;
  Followed followed_ = Followed::all;
  std::optional<WallTime> applied_;
  bool read_back_ = false;
  bool failed_ = false;
  bool rehearsed_ = false;
  bool missing_ = false;
  bool blind_ = false;
  std::string rehearsal_;  // what it would have done
  std::string failure_;
  std::uint64_t drops_ = 0;
  std::optional<WallTime> gone_since_;
  std::optional<Doubt> doubt_;
};

/// Named is what one means was found to do.
struct Named {
  std::string means;
  Proof::Finding finding;
};

/// together gives the state of a cut that several means were asked for, in the order they were asked: the best of
/// theirs, with the words of each where none is proven. It wants help when all of them do, and counts as done when one
/// of them does.
Proof::Finding together(std::span<const Named> found);

/// news says whether a finding is worth recording over what was recorded last.
bool news(const Proof::Finding& found, const Proof::Finding& last);

}  // namespace cordon::contain
