// SPDX-License-Identifier: Apache-2.0
// PatientKeys: what the logbook says of a patient stands there under a key of that patient's own (libsodium secretbox),
// one file of mode 0600 for each. Whoever destroys the file erases the patient from every entry, and the chain, which
// covers what is encrypted, still verifies. One thread; keys are read when they are used and kept nowhere else.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "event/bedside.h"

namespace cordon::app {

/// SealedPatient is a patient as the logbook has it, in hexadecimal. Its length says nothing of the names'.
struct SealedPatient {
  std::string key;    // which: 16 hexadecimal digits
  std::string nonce;  // 24 bytes
  std::string box;
};

/// erased_patient stands where a patient was whose key is destroyed; unopened_patient where nobody has looked.
inline const event::PatientOffer erased_patient{"(erased)", "", "", ""};
inline const event::PatientOffer unopened_patient{"(sealed)", "", "", ""};
/// unrecorded_patient stands where a patient's key could not be written: somebody lies there, and the entry does not
/// say who.
inline const event::PatientOffer unrecorded_patient{"(not recorded)", "", "", ""};

class PatientKeys {
 public:
  /// open makes the folder, 0700, when it is absent. Fails with `denied` when others may read it, or `io`.
  static Result<PatientKeys> open(std::string folder);

  /// seal encrypts under the patient's key; a patient who has none yet, or whose key was destroyed or cannot be read,
  /// gets a new one, durable when this returns. Fails with `io`.
  Result<SealedPatient> seal(const event::PatientOffer& patient);

  /// unseal gives the patient, erased_patient when the key is destroyed or is not the one it was sealed with, and
  /// learns whose key that is. Fails when there is a key that cannot be read.
  Result<event::PatientOffer> unseal(const SealedPatient& sealed);

  /// destroy overwrites a key and takes it away, durably. What the disk's own firmware keeps is beyond it.
  Result<void> destroy(const std::string& key);

 private:
  explicit PatientKeys(std::string folder) : folder_(std::move(folder)) {}
  std::string file_of(const std::string& key) const { return key + ".key"; }
  Result<std::string> read(const std::string& key) const;
  Result<std::string> make(const std::string& identity);

  std::string folder_;
  std::map<std::string, std::string> by_patient_;  // identity → key
};

}  // namespace cordon::app
