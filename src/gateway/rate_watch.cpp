// SPDX-License-Identifier: Apache-2.0
#include "gateway/rate_watch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cordon::gateway {

void Parting::note(Micros clock, Micros counted) {
  const Micros ahead = clock - counted;
  if (began_ && clock - *began_ < rate_window) {
    least_ = std::min(least_, ahead);
    return;
  }
  if (began_) close(clock - *began_);
  began_ = clock;
  least_ = ahead;
}

void Parting::close(Micros lasted) {
  const Micros parted = before_ ? least_ - *before_ : Micros{};
  const double share = static_cast<double>(parted.count()) / static_cast<double>(lasted.count());
  const int way = std::abs(share) <= rate_off_min ? 0 : share > 0 ? 1 : -1;
  windows_ = way == way_ ? windows_ + 1 : 1;
  way_ = way;
  before_ = least_;
  ++closed_;
}

/// follow takes the device's own time of a piece.
void RateWatch::follow(const RatePiece& piece, bool after_gap) {
  whole_ = whole_ && *piece.begin % std::chrono::seconds(1) == Micros{};
  if (last_begin_) {
    const Micros step = *piece.begin - *last_begin_;
    const Micros excess = step - last_length_;
    const Micros leap = (whole_ ? rate_leap_whole : rate_leap) + last_length_ / 2;
    // Who says a third of the samples leaps with each piece.
    if (after_gap || std::chrono::abs(excess) > std::max(leap, 2 * std::chrono::abs(last_excess_))) {
      leapt_ += excess;
      come_.restart();
    }
    last_excess_ = excess;
    stands_ = step == Micros{} ? stands_ + last_length_ : Micros{};
    if (stands_ > rate_stands + last_length_) own_.restart();
  }
  own_.note(*piece.begin - leapt_, counted_);
}

bool RateWatch::is_off() const {
  if (std::abs(own_.steadily()) >= (whole_ ? rate_windows_vague : rate_windows)) return true;
  // What is late by our clock alone piles up on its way.
  return come_.steadily() <= -rate_windows_vague || (!own_.is_judged() && come_.steadily() >= rate_windows_vague);
}

bool RateWatch::note(const RatePiece& piece) {
  const bool said_again = piece.first + piece.count <= next_;
  if (piece.rate_hz != rate_hz_ || piece.at < last_at_ || said_again) {
    *this = {};
    rate_hz_ = piece.rate_hz;
  }
  const bool after_gap = std::exchange(gap_, false);
  if (piece.at - last_at_ > rate_pause || (after_gap && !piece.begin)) come_.restart();
  if (piece.begin) {
    follow(piece, after_gap);
  } else {
    own_.restart();
  }
  next_ = piece.first + piece.count;
  last_at_ = piece.at;
  last_begin_ = piece.begin;
  last_length_ = Micros(std::llround(static_cast<double>(piece.count) * 1e6 / piece.rate_hz));
  counted_ += last_length_;
  come_.note(piece.at.time_since_epoch(), counted_);
  if (is_off()) off_at_ = piece.at;
  return off_at_ && piece.at - *off_at_ <= rate_off_for;
}

}  // namespace cordon::gateway
