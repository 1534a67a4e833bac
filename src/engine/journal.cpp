// SPDX-License-Identifier: Apache-2.0
#include "engine/journal.h"

#include "event/json.h"

namespace cordon::engine {

namespace {

template <class Book>
Result<State> rebuild_from(const Book& book, detect::TallyOptions options) {
  State state(options);
  for (Sequence from{1};;) {
    const auto entries = CORDON_TRY(book.read(from, logbook::read_entries_max));
    if (entries.empty()) return state;
    for (const logbook::Entry& entry : entries) state.apply(entry.sequence, CORDON_TRY(event_of(entry)));
    from = Sequence{entries.back().sequence.value + 1};
  }
}

}  // namespace

logbook::Draft draft_of(const event::Event& event) {
  return {std::string(event::type_of(event)), event::schema_version, event::time_of(event), event::to_text(event)};
}

Result<event::Event> event_of(const logbook::Entry& entry) {
  auto event = event::event_from_text(entry.body, entry.version);
  if (!event) return fail(event.error().code, "logbook entry", entry.sequence.value);
  return std::move(*event);
}

Result<State> rebuild(const logbook::Logbook& book, detect::TallyOptions options) {
  return rebuild_from(book, options);
}
Result<State> rebuild(const logbook::Reader& book, detect::TallyOptions options) {
  return rebuild_from(book, options);
}

}  // namespace cordon::engine
