// SPDX-License-Identifier: Apache-2.0
// The JSON forms of what every logbook of Cordon says about people, for json.cpp and bedside_json.cpp alone.
#pragma once

#include "event/json_forms.h"
#include "event/people.h"

namespace cordon::event {

template <>
struct Words<Role> {
  static constexpr std::array<std::string_view, 6> list{"observer", "nurse",    "regulator",
                                                        "cyber",    "director", "investigator"};
};
template <>
struct Words<PersonStep> {
  static constexpr std::array<std::string_view, 7> list{
      "invited", "entered", "passphrase_changed", "roles_changed", "reset", "disabled", "enabled"};
};
template <>
struct Words<SessionStep> {
  static constexpr std::array<std::string_view, 4> list{"signed_in", "refused", "signed_out", "ended"};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PersonChanged, at, name, step, roles, by)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionChanged, at, name, session, step, address, attempts, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CertificateChanged, at, fingerprint, origin, names, until)

CORDON_TYPE_WORD(PersonChanged, "person");
CORDON_TYPE_WORD(SessionChanged, "session");
CORDON_TYPE_WORD(CertificateChanged, "certificate");

}  // namespace cordon::event
