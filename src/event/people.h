// SPDX-License-Identifier: Apache-2.0
// The vocabulary about people: accounts, sessions and what two persons approved. Never a passphrase, a code, a hash or
// the token of a session: those stay in the store of src/people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace cordon::event {

enum class Role : std::uint8_t { observer, nurse, regulator, cyber, director, investigator };

enum class PersonStep : std::uint8_t {
  invited,             // the account is there; the person has not chosen a passphrase yet
  entered,             // the person chose the first one, with the code of an invitation or of the set-up
  passphrase_changed,  // ended every other session
  roles_changed,       // likewise
  reset,               // the passphrase is void; the person enters again with a new code
  disabled,
  enabled,
};

/// PersonChanged: an account as it is from now on.
struct PersonChanged {
  WallTime at;
  std::string name;
  PersonStep step = PersonStep::invited;
  std::vector<Role> roles;
  std::string by;  // a name, "console", "set-up", or "reconciled" after a crash between store and logbook
};

enum class SessionStep : std::uint8_t {
  signed_in,
  refused,     // an attempt that was judged and was wrong; `attempts` of them when they come in numbers
  signed_out,  // by the person
  ended,       // by time, a changed passphrase, a disabled account, or too many sessions of one person
};

/// SessionChanged: somebody came, went, or was not let in.
struct SessionChanged {
  WallTime at;
  std::string name;     // as it was typed when refused; empty for a sum over several names
  std::string session;  // its public number, 16 hexadecimal digits; the token cannot be had from it. Empty: none
  SessionStep step = SessionStep::refused;
  std::string address;  // of the browser
  std::uint64_t attempts = 1;
  std::string detail;
};

/// ApprovalAsked: something waits until one person for each of `needs` has approved exactly what `digest` names.
struct ApprovalAsked {
  WallTime at;
  std::string id;
  std::string what;         // one sentence
  std::string digest;       // SHA-256 in hexadecimal of exactly what is approved
  std::vector<Role> needs;  // one distinct person for each
  std::string by;           // who asks, and so approves; empty: Cordon itself
  std::string session;      // of who asks
  WallTime until;
};

enum class ApprovalStep : std::uint8_t {
  given,     // one person more
  granted,   // everybody needed has approved
  declined,  // a person who might have approved said no: it is over
  rejected,  // somebody tried who may not, or with another digest: nothing changed
  expired,
  used,  // what was approved has been done, once
};

struct ApprovalChanged {
  WallTime at;
  std::string id;
  ApprovalStep step = ApprovalStep::given;
  std::string digest;
  std::string by;
  std::string session;
  std::string detail;
};

/// ApprovalWish is what a signed-in person asks for; whether it counts is judged by people::Approvals.
struct ApprovalWish {
  WallTime at;
  std::string id;
  std::string digest;
  std::string by;
  std::string session;
  bool approves = true;  // false: declines
  std::string reason;
};

/// CertificateChanged: what browsers are shown from now on, for a person to compare.
struct CertificateChanged {
  WallTime at;
  std::string fingerprint;  // SHA-256 of the certificate, AB:CD:…
  std::string origin;       // made, renewed, configured
  std::vector<std::string> names;
  WallTime until;
};

}  // namespace cordon::event
