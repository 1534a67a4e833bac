// SPDX-License-Identifier: Apache-2.0
#include "seal/seal.h"

#include <fcntl.h>
#include <sodium/core.h>
#include <sodium/crypto_sign.h>
#include <sodium/utils.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <utility>

namespace cordon::seal {

using logbook::Head;
using logbook::SealAnswer;
using logbook::SealStatus;
using logbook::SignedHead;

namespace {

/// The secret key as libsodium has it: seed and public key, 64 bytes. Wiped when it goes.
struct SecretKey {
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> bytes{};
  SecretKey() { sodium_mlock(bytes.data(), bytes.size()); }  // best effort: RLIMIT_MEMLOCK may be 0
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey() { sodium_munlock(bytes.data(), bytes.size()); }  // wipes as well
};

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// publish writes a whole new file under a name that must be free, durably: a cut in the middle leaves no half file.
Result<void> publish(int folder, const char* name, mode_t mode, std::string_view content) {
  const std::string draft = std::string(name) + ".new";
  ::unlinkat(folder, draft.c_str(), 0);
  const OwnedFd file(::openat(folder, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (file.get() < 0 || ::fchmod(file.get(), mode) != 0 || !write_all(file.get(), content) ||
      ::fsync(file.get()) != 0 || ::linkat(folder, draft.c_str(), folder, name, 0) != 0 ||
      ::unlinkat(folder, draft.c_str(), 0) != 0 || ::fsync(folder) != 0) {
    return fail_errno(name);
  }
  return {};
}

Result<OwnedFd> open_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("seal folder");
  OwnedFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat found {};
  if (folder.get() < 0 || ::fstat(folder.get(), &found) != 0) return fail_errno("seal folder");
  if (found.st_uid != ::geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(ErrorCode::denied, "the seal's folder could be changed by another user");
  }
  return folder;
}

Result<void> make_key(int folder) {
  struct stat heads {};
  if (::fstatat(folder, "heads.jsonl", &heads, AT_SYMLINK_NOFOLLOW) == 0 && heads.st_size > 0) {
    return fail(ErrorCode::denied, "heads were signed here and their key is gone; a new key needs a new folder");
  }
  SecretKey secret;
  logbook::PublicKey unused;
  crypto_sign_keypair(unused.data(), secret.bytes.data());
  std::string text = logbook::to_hex(ByteView(secret.bytes).first(crypto_sign_SEEDBYTES)) + "\n";
  const Result<void> done = publish(folder, "seal.key", 0600, text);
  sodium_memzero(text.data(), text.size());
  return done;
}

/// load_key fills the key from seal.key, which only its owner may read, and keeps the file locked: one seal a folder.
Result<OwnedFd> load_key(int folder, SecretKey& secret, logbook::PublicKey& key) {
  OwnedFd file(::openat(folder, "seal.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0 && errno == ENOENT) {
    CORDON_TRY_VOID(make_key(folder));
    file = OwnedFd(::openat(folder, "seal.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  }
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) return fail_errno("seal.key");
  if (!S_ISREG(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::denied, "seal.key must be a file of this user with mode 0600");
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return fail(ErrorCode::denied, "another seal runs in this folder");
  std::array<char, 2 * crypto_sign_SEEDBYTES + 2> text{};
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
  const bool read = size == static_cast<ssize_t>(text.size() - 1) && text[text.size() - 2] == '\n' &&
                    logbook::from_hex({text.data(), text.size() - 2}, seed);
  if (read) crypto_sign_seed_keypair(key.data(), secret.bytes.data(), seed.data());
  sodium_memzero(text.data(), text.size());
  sodium_memzero(seed.data(), seed.size());
  if (!read) return fail(ErrorCode::malformed, "seal.key");
  return file;
}

Result<void> export_public_key(int folder, const logbook::PublicKey& key) {
  ::unlinkat(folder, "seal.pub", 0);
  return publish(folder, "seal.pub", 0644, logbook::to_hex(key) + "\n");
}

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

struct Sealer::State {
  std::function<WallTime()> now;
  SecretKey secret;
  logbook::PublicKey key{};
  OwnedFd key_file;  // holds the lock
  OwnedFd heads;
  off_t heads_size = 0;  // of whole, durable lines
  bool repaired = false;
  bool torn = false;
  std::map<std::string, SignedHead> last;  // by box, at most boxes_max

  Result<void> read_heads();
  bool keep(const SignedHead& head);
};

Result<void> Sealer::State::read_heads() {
  const int copy = ::fcntl(heads.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<std::FILE, FileClose> file(copy < 0 ? nullptr : ::fdopen(copy, "r"));
  if (file == nullptr) return fail_errno("heads.jsonl");
  std::array<char, logbook::head_line_bytes_max + 2> buffer{};
  std::uint64_t number = 0;
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), file.get()) != nullptr) {
    ++number;
    std::string_view line(buffer.data());
    const std::size_t size = line.size();
    const bool ended = line.ends_with('\n');
    if (ended) line.remove_suffix(1);
    const Result<SignedHead> head = logbook::parse_head_line(line);
    if (!head && !ended && std::feof(file.get()) != 0) {
      repaired = true;
      break;
    }
    if (!head) return fail(ErrorCode::malformed, "heads.jsonl", number);
    heads_size += static_cast<off_t>(size);
    last.insert_or_assign(head->head.box, *head);
    if (last.size() > boxes_max) return fail(ErrorCode::limit, "boxes in heads.jsonl");
    if (!ended) {  // whole but for its end, which is put there: the file was opened to append
      if (!write_all(heads.get(), "\n")) return fail_errno("heads.jsonl");
      ++heads_size;
      break;
    }
  }
  if (std::ferror(file.get()) != 0) return fail_errno("heads.jsonl");
  for (const auto& [box, head] : last) {
    if (!logbook::signature_ok(head, key)) return fail(ErrorCode::malformed, "heads.jsonl is of another key");
  }
  if (repaired && ::ftruncate(heads.get(), heads_size) != 0) return fail_errno("heads.jsonl");
  if (::fsync(heads.get()) != 0) return fail_errno("heads.jsonl");
  return {};
}

bool Sealer::State::keep(const SignedHead& head) {
  const std::string line = logbook::head_line(head) + "\n";
  // What a failed write left is taken off before anything else, or a line would stand behind a torn one.
  if (torn && ::ftruncate(heads.get(), heads_size) != 0) return false;
  torn = false;
  if (write_all(heads.get(), line) && ::fdatasync(heads.get()) == 0) {
    heads_size += static_cast<off_t>(line.size());
    return true;
  }
  torn = ::ftruncate(heads.get(), heads_size) != 0;
  return false;
}

Sealer::Sealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

Result<Sealer> Sealer::open(Options options) {
  if (sodium_init() < 0) return fail(ErrorCode::io, "libsodium");
  const OwnedFd folder = CORDON_TRY(open_folder(options.folder));
  auto state = std::make_unique<State>();
  state->now = std::move(options.now);
  state->key_file = CORDON_TRY(load_key(folder.get(), state->secret, state->key));
  CORDON_TRY_VOID(export_public_key(folder.get(), state->key));
  state->heads =
      OwnedFd(::openat(folder.get(), "heads.jsonl", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (state->heads.get() < 0 || ::fchmod(state->heads.get(), 0644) != 0 || ::fsync(folder.get()) != 0) {
    return fail_errno("heads.jsonl");
  }
  CORDON_TRY_VOID(state->read_heads());
  return Sealer(std::move(state));
}

SealAnswer Sealer::seal(const Head& head) {
  SealAnswer answer;
  const auto known = state_->last.find(head.box);
  if (known != state_->last.end()) {
    const SignedHead& last = known->second;
    answer.last = last.head.sequence;
    if (head == last.head) {
      return {SealStatus::signed_head, last.sealed_at, last.head.sequence, last.signature};
    }
    if (head.sequence < last.head.sequence) {
      answer.status = SealStatus::older;
      return answer;
    }
    if (head.sequence == last.head.sequence || head.epoch < last.head.epoch) {
      answer.status = SealStatus::other_hash;
      return answer;
    }
  } else if (state_->last.size() >= boxes_max) {
    answer.status = SealStatus::too_many;
    return answer;
  }
  SignedHead sealed{head, state_->now(), {}};
  const std::vector<std::uint8_t> bytes = logbook::signed_bytes(head, sealed.sealed_at);
  crypto_sign_detached(sealed.signature.data(), nullptr, bytes.data(), bytes.size(), state_->secret.bytes.data());
  if (!state_->keep(sealed)) {
    answer.status = SealStatus::disk;
    return answer;
  }
  answer = {SealStatus::signed_head, sealed.sealed_at, head.sequence, sealed.signature};
  state_->last.insert_or_assign(head.box, std::move(sealed));
  return answer;
}

const logbook::PublicKey& Sealer::public_key() const {
  return state_->key;
}
bool Sealer::heads_repaired() const {
  return state_->repaired;
}

}  // namespace cordon::seal
