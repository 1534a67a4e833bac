// SPDX-License-Identifier: Apache-2.0
// Lines: from an action of the model, which names hosts and flows by their place in an estate, to what is recorded,
// shown to people and carried out: a key of declared names, words, addresses. Decides nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contain/action.h"
#include "event/containment.h"

namespace cordon::contain {

/// key_of names an action by declared names: "isolate pc-12", "block_flow pc-12>lis-1@1433", "close_border
/// Bureaux>Serveurs spreading". It stays the same when the estate is read again in another order.
std::string key_of(const estate::Estate& estate, const Action& action);

/// kind_of is what the first word of a key says.
std::optional<ActionKind> kind_of(std::string_view verb);

/// action_of finds the action that has this key, if the estate still knows what it names. Linear in the hosts; of
/// several keys, keys.h.
std::optional<Action> action_of(const estate::Estate& estate, std::string_view key);

/// with_seen adds a host of role `unknown` for every stranger whose address and MAC nobody declared; its name is its
/// address, which it no longer has where `seen` shows that it was given out anew (contain/identity.h).
estate::Estate with_seen(estate::Estate declared, std::span<const event::HostKey> strangers,
                         std::span<const event::HostKey> seen);

/// host_of finds who a key is: by address, else by MAC, unless that is a router's.
std::optional<estate::HostIndex> host_of(const estate::Estate& estate, const event::HostKey& key);

/// line_of writes an action with its key, words and targets: all addresses that were declared, and those seen under the
/// host's MACs unless these are a router's. Disposition, needs and why are left to whoever decides.
/// Targets are empty when no enforcer of ours has a grain for it (a border's other services, a flow on any port).
event::PlannedAction line_of(const estate::Estate& estate, const Action& action, std::span<const event::HostKey> seen);

/// bare_line_of is the same without key, words and what it does to care.
event::PlannedAction bare_line_of(const estate::Estate& estate, const Action& action,
                                  std::span<const event::HostKey> seen);

/// enforceable says whether the line has targets.
bool enforceable(const event::PlannedAction& line);

/// exact_text is the bytes that persons approve: key, action, every target, who must agree, and the power of ten of the
/// harm in patient-hours, in a fixed form.
std::string exact_text(const event::PlannedAction& line);

}  // namespace cordon::contain
