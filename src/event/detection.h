// SPDX-License-Identifier: Apache-2.0
// The vocabulary of detection: observations that come in, evidence and verdicts that are recorded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "event/host.h"

namespace cordon::event {

/// LookFinding is what one look saw in one file.
struct LookFinding {
  std::string look;     // structure, content, name, removal, note, breadth, decoy …
  std::string finding;  // lost, kept, random, novel_extension …
  std::string detail;   // for a person: "zip → unknown", "χ² 251 over 65536 bytes"
};

/// Observation is the judgement of one finished file: the joint log-likelihood ratio (natural logarithm) for "destroyed
/// by an attack" against "work". A later observation of the same file carries only the difference, so the sum over a
/// file is its last judgement.
struct Observation {
  WallTime at;
  WallTime first_altered;
  HostKey host;
  IpAddress server;
  std::string user;
  std::string share;
  std::string path;
  std::string new_path;
  std::string kind;  // the look that weighs most: structure_lost, content_replaced …
  std::vector<LookFinding> looks;
  double llr = 0;
  bool confirmed = false;  // rests on coherent server replies only; else it can make a suspect, never an infected host
  bool new_file = true;    // false: revises a file already counted
  bool altered = false;    // content that existed was altered or removed
};

/// HostSeen: a host has spoken coherently (both directions of a TCP connection).
struct HostSeen {
  WallTime at;
  HostKey host;
  std::string user;  // empty until a session names one
  bool server = false;
};

/// WorkSummed is a period of harmless observations under one key, summed. All llr ≤ 0, so adding the sum and flooring
/// once at zero gives what flooring after each would have given.
struct WorkSummed {
  WallTime from;
  WallTime to;
  HostKey host;
  std::string user;
  std::string share;
  std::uint64_t files = 0;
  double llr = 0;            // of all of them
  double llr_confirmed = 0;  // of the confirmed ones
};

enum class Level : std::uint8_t { quiet, suspect, infected };

/// Subject says whose evidence added up: a host's, a user's wherever he works, a share's, or one user's on one host
/// that stands for several people.
enum class Subject : std::uint8_t { host, user, share, session };

struct Verdict {
  WallTime at;
  Subject subject = Subject::host;
  std::string name;  // the address, user (of a session as login_of names him) or share
  HostKey host;      // for Subject::host and session; otherwise the host of the deciding observation
  Level level = Level::suspect;
  double score = 0;
  double threshold = 0;
  std::uint32_t files_touched = 0;  // files altered or removed since the sum last stood at zero
  std::vector<Sequence> why;        // the evidence entries it rests on, oldest first
  std::string rule;                 // name and version
};

}  // namespace cordon::event
