// SPDX-License-Identifier: Apache-2.0
#include "app/control.h"

#include <algorithm>

#include "app/say.h"
#include "base/check.h"
#include "engine/journal.h"

namespace cordon::app {

Control::Control(engine::Engine engine, std::optional<logbook::Logbook> book, Released released)
    : engine_(std::move(engine)), book_(std::move(book)), released_(std::move(released)) {
  CORDON_CHECK(!book_ || book_->last() == engine_.state().last);
}

void Control::step(const event::Input& input, Incoming::Answer answer) {
  const bool may_wait = !std::holds_alternative<event::Observation>(input) &&
                        !std::holds_alternative<event::HostSeen>(input) &&
                        !std::holds_alternative<event::FlowSeen>(input);
  if (events_.size() >= unwritten_max && !may_wait) {
    ++refused_;
    return;
  }
  engine::Step step = engine_.step(input);
  if (answer) {
    answers_.emplace_back(
        [answer = std::move(answer), why_not = engine::why_turned_down(step.events)] { answer(why_not); });
  }
  keep(std::move(step));
}

void Control::keep(engine::Step step) {
  std::ranges::move(step.events, std::back_inserter(events_));
  std::ranges::move(step.effects, std::back_inserter(effects_));
  if (step.question && released_.question) released_.question(std::move(step.question));
}

void Control::take(std::span<const event::Input> batch) {
  for (const event::Input& input : batch) step(input, {});
  settle();
}

void Control::take_in(std::vector<Incoming> batch) {
  for (Incoming& one : batch) {
    if (auto* weighed = std::get_if<engine::Weighed>(&one.happened)) {
      keep(engine_.take(std::move(*weighed)));
    } else {
      step(std::get<event::Input>(one.happened), std::move(one.answer));
    }
  }
  settle();
}

/// settle commits, now or when evidence has waited long enough.
void Control::settle() {
  const bool may_wait = effects_.empty() && answers_.empty() && !events_.empty() && trouble_.empty();
  if (may_wait && commit_wait_ > std::chrono::milliseconds(0)) {
    const auto now = std::chrono::steady_clock::now();
    if (!waiting_since_) waiting_since_ = now;
    if (now - *waiting_since_ < commit_wait_) return;
  }
  waiting_since_.reset();
  commit();
}

void Control::finish() {
  waiting_since_.reset();
  keep(engine_.flush());
  commit();
}

void Control::commit() {
  std::size_t written = 0;
  while (book_ && written < events_.size()) {
    std::vector<logbook::Draft> drafts;
    std::size_t bytes = 0;
    for (std::size_t i = written; i < events_.size() && drafts.size() < logbook::batch_entries_max; ++i) {
      logbook::Draft draft = engine::draft_of(events_[i].event);
      if (!drafts.empty() && bytes + draft.body.size() > logbook::batch_bytes_max) break;
      bytes += draft.body.size();
      drafts.push_back(std::move(draft));
    }
    const auto appended = book_->append(drafts);
    if (!appended) {
      trouble_ = sentence_for(appended.error(), "the logbook cannot be written");
      break;
    }
    CORDON_CHECK(appended->first == events_[written].entry);
    trouble_.clear();
    if (book_->health().reserve_used && !book_->health().reserve_held && !book_->restore_reserve()) {
      trouble_ = "the disk is full: the logbook lives on the space set aside for cuts; free some space";
    }
    written += drafts.size();
  }
  if (!book_) written = events_.size();
  if (written > 0 && released_.events) released_.events(std::span(events_).first(written));
  events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(written));
  if (!events_.empty()) return;  // an effect rests on events: none goes out before all are durable
  for (const event::Effect& effect : effects_) released_.effect(effect);
  effects_.clear();
  for (const auto& answer : answers_) answer();
  answers_.clear();
}

}  // namespace cordon::app
