// SPDX-License-Identifier: Apache-2.0
// Journal: events as logbook entries and back, and the state rebuilt from a book.
#pragma once

#include <vector>

#include "engine/engine.h"
#include "engine/state.h"
#include "logbook/logbook.h"

namespace cordon::engine {

/// draft_of gives the logbook entry of an event.
logbook::Draft draft_of(const event::Event& event);

/// event_of reads an entry back, upcasting older versions. `unsupported` or `malformed` with the entry's sequence as
/// offset.
Result<event::Event> event_of(const logbook::Entry& entry);

/// rebuild folds a whole book. Fails as reading does, or as event_of at the first entry it cannot read.
Result<State> rebuild(const logbook::Logbook& book, detect::TallyOptions options);
Result<State> rebuild(const logbook::Reader& book, detect::TallyOptions options);

}  // namespace cordon::engine
