// SPDX-License-Identifier: Apache-2.0
// Store: the accounts and open sessions on disk, in a folder 0700 of the control process, files 0600. A file is written
// whole beside the old one, flushed and put in its place, so that a crash at any moment leaves the old or the new one.
// `cordon people` on the console changes the same files; a lock keeps the two apart, and each sees what the other did.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "people/roles.h"
#include "people/roster.h"

namespace cordon::people {

constexpr std::size_t store_bytes_max =
    4 * 1024 * 1024;                      // 256 accounts of under 2 KiB, 2,048 sessions of under 400 bytes
constexpr std::size_t addresses_max = 8;  // where a person is known; the oldest gives way
constexpr int lock_attempts_max = 30;     // with lock_pause between: under a third of a second
constexpr std::chrono::milliseconds lock_pause{10};

struct Account {
  std::string name;
  Roles roles;
  std::string hash;       // of the passphrase; empty: none chosen yet
  std::string code_hash;  // of a code to enter with; empty: none waits
  WallTime code_until;
  bool disabled = false;
  std::uint64_t generation = 1;  // a session is of one generation; another passphrase, role or state makes a new one
  WallTime changed;
  std::vector<std::string> addresses;  // networks (see network_of) where this person signed in, newest last
  bool active() const { return !disabled && !hash.empty(); }
  friend bool operator==(const Account&, const Account&) = default;
};
using Accounts = std::map<std::string, Account>;

struct Session {
  std::string digest;  // of its token
  std::string number;  // public
  std::string name;
  std::uint64_t generation = 0;
  WallTime began;
  WallTime used;  // when the person last did something
  std::string address;
};
using Sessions = std::map<std::string, Session>;  // by digest

class Store {
 public:
  /// open makes the folder, if it is absent, 0700. `denied` when others may read it, `io` with errno.
  static Result<Store> open(std::string folder);

  /// accounts reads them; none when there is no file yet. `malformed` for a damaged one, `denied` when others may read
  /// it, `io` with errno.
  Result<Accounts> accounts() const;
  /// changed tells whether the accounts' file is another than the one read or written last.
  bool changed() const;

  /// Lock keeps the other side from writing while it lives.
  class Lock {
   public:
    explicit Lock(int fd) : fd_(fd) {}
    Lock(Lock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Lock& operator=(Lock&&) = delete;
    ~Lock();

   private:
    int fd_;
  };
  /// lock tries lock_attempts_max times; then `timeout`.
  Result<Lock> lock() const;
  /// save replaces the accounts. Hold a lock, and read under it before.
  Result<void> save(const Accounts& accounts, const Lock& held);

  Result<Sessions> sessions() const;
  Result<void> save(const Sessions& sessions) const;

  /// set_up_code reads the code of the first start; empty when there is none.
  Result<std::string> set_up_code() const;
  Result<void> save_set_up_code(const std::string& code) const;
  void forget_set_up_code() const;

 private:
  explicit Store(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  mutable std::string stamp_;  // of the accounts' file as read or written last
};

/// read_private_file reads a file of at most `bytes_max` that only its owner may read. `denied` when others may,
/// `limit`, or `io` with errno (ENOENT: there is none).
Result<std::string> read_private_file(const std::string& path, std::size_t bytes_max);
/// write_private_file puts a file 0600 in place, whole or not at all, durable when it returns.
Result<void> write_private_file(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace cordon::people
