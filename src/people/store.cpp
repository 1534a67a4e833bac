// SPDX-License-Identifier: Apache-2.0
#include "people/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <thread>

#include "event/json.h"

namespace cordon::people {
namespace {

using nlohmann::json;

constexpr std::size_t code_bytes_max = 64;
const std::string accounts_file = "accounts.json";
const std::string sessions_file = "sessions.json";
const std::string code_file = "set-up-code";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  /// close tells what the kernel says at the end.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

std::string stamp_of(const std::string& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {};
  return std::to_string(s.st_ino) + " " + std::to_string(s.st_size) + " " + std::to_string(s.st_mtim.tv_sec) + "." +
         std::to_string(s.st_mtim.tv_nsec);
}

json role_words(const Roles& roles) {
  json out = json::array();
  for (const Role role : roles.list()) out.push_back(std::string(event::word(role)));
  return out;
}

Roles roles_of(const json& j) {
  std::vector<Role> list;
  for (const json& one : j) list.push_back(event::role_from_word(one.get<std::string>()).value());
  return Roles(list);
}

json json_of(const Account& a) {
  return {{"name", a.name},
          {"roles", role_words(a.roles)},
          {"hash", a.hash},
          {"code_hash", a.code_hash},
          {"code_until", seconds_of(a.code_until)},
          {"disabled", a.disabled},
          {"generation", a.generation},
          {"changed", seconds_of(a.changed)},
          {"addresses", a.addresses}};
}

Account account_of(const json& j) {
  Account a;
  a.name = j.at("name").get<std::string>();
  a.roles = roles_of(j.at("roles"));
  a.hash = j.at("hash").get<std::string>();
  a.code_hash = j.at("code_hash").get<std::string>();
  a.code_until = wall_time_of(j.at("code_until").get<double>());
  a.disabled = j.at("disabled").get<bool>();
  a.generation = j.at("generation").get<std::uint64_t>();
  a.changed = wall_time_of(j.at("changed").get<double>());
  a.addresses = j.at("addresses").get<std::vector<std::string>>();
  return a;
}

bool absent(const Error& error) {
  return error.code == ErrorCode::io && error.offset == ENOENT;
}

}  // namespace

Result<std::string> read_private_file(const std::string& path, std::size_t bytes_max) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return fail_errno("private file");
  struct stat s {};
  if (::fstat(file.fd(), &s) != 0) return fail_errno("private file");
  if (!S_ISREG(s.st_mode) || (s.st_mode & 077U) != 0) return fail(ErrorCode::denied, "others may read a private file");
  if (static_cast<std::uint64_t>(s.st_size) > bytes_max) return fail(ErrorCode::limit, "private file");
  std::string out(static_cast<std::size_t>(s.st_size), '\0');
  for (std::size_t got = 0; got < out.size();) {
    const ssize_t n = ::read(file.fd(), out.data() + got, out.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("private file");
    if (n == 0) return fail(ErrorCode::truncated, "private file");
    got += static_cast<std::size_t>(n);
  }
  return out;
}

Result<void> write_private_file(const std::string& folder, const std::string& name, const std::string& text) {
  const std::string path = folder + "/" + name;
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) return fail_errno("private file");
  for (std::size_t put = 0; put < text.size();) {
    const ssize_t n = ::write(file.fd(), text.data() + put, text.size() - put);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail_errno("private file");
    put += static_cast<std::size_t>(n);
  }
  if (::fsync(file.fd()) != 0 || !file.close() || ::rename(beside.c_str(), path.c_str()) != 0) {
    return fail_errno("private file");
  }
  const File place(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!place.ok() || ::fsync(place.fd()) != 0) return fail_errno("private folder");
  return {};
}

Result<Store> Store::open(std::string folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("folder of accounts");
  struct stat s {};
  if (::stat(folder.c_str(), &s) != 0) return fail_errno("folder of accounts");
  if (!S_ISDIR(s.st_mode) || (s.st_mode & 077U) != 0) return fail(ErrorCode::denied, "others may read the accounts");
  return Store(std::move(folder));
}

bool Store::changed() const {
  return stamp_of(folder_ + "/" + accounts_file) != stamp_;
}

Result<Accounts> Store::accounts() const {
  const std::string path = folder_ + "/" + accounts_file;
  stamp_ = stamp_of(path);  // before reading: what comes meanwhile is seen as a change
  auto text = read_private_file(path, store_bytes_max);
  if (!text) {
    if (absent(text.error())) return Accounts{};
    return tl::unexpected(text.error());
  }
  try {
    Accounts out;
    const json root = json::parse(*text);
    for (const json& one : root.at("accounts")) {
      Account a = account_of(one);
      if (out.size() >= accounts_max) return fail(ErrorCode::limit, "accounts");
      out[a.name] = std::move(a);
    }
    return out;
  } catch (const std::exception&) {
    return fail(ErrorCode::malformed, "accounts");
  }
}

Store::Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Store::Lock> Store::lock() const {
  const int fd = ::open((folder_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail_errno("lock of accounts");
  Lock out(fd);
  for (int attempt = 1; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK) return fail_errno("lock of accounts");
    if (attempt == lock_attempts_max) return fail(ErrorCode::timeout, "lock of accounts");
    std::this_thread::sleep_for(lock_pause);
  }
  return out;
}

Result<void> Store::save(const Accounts& accounts, const Lock&) {
  json list = json::array();
  for (const auto& [name, account] : accounts) list.push_back(json_of(account));
  const std::string text = json{{"version", 1}, {"accounts", std::move(list)}}.dump(1) + "\n";
  CORDON_TRY_VOID(write_private_file(folder_, accounts_file, text));
  stamp_ = stamp_of(folder_ + "/" + accounts_file);
  return {};
}

Result<Sessions> Store::sessions() const {
  auto text = read_private_file(folder_ + "/" + sessions_file, store_bytes_max);
  if (!text) {
    if (absent(text.error())) return Sessions{};
    return tl::unexpected(text.error());
  }
  try {
    Sessions out;
    const json root = json::parse(*text);
    for (const json& one : root.at("sessions")) {
      Session s{one.at("digest").get<std::string>(),         one.at("number").get<std::string>(),
                one.at("name").get<std::string>(),           one.at("generation").get<std::uint64_t>(),
                wall_time_of(one.at("began").get<double>()), wall_time_of(one.at("used").get<double>()),
                one.at("address").get<std::string>()};
      out[s.digest] = std::move(s);
    }
    return out;
  } catch (const std::exception&) {
    return fail(ErrorCode::malformed, "sessions");
  }
}

Result<void> Store::save(const Sessions& sessions) const {
  json list = json::array();
  for (const auto& [digest, s] : sessions) {
    list.push_back({{"digest", digest},
                    {"number", s.number},
                    {"name", s.name},
                    {"generation", s.generation},
                    {"began", seconds_of(s.began)},
                    {"used", seconds_of(s.used)},
                    {"address", s.address}});
  }
  return write_private_file(folder_, sessions_file, json{{"version", 1}, {"sessions", std::move(list)}}.dump() + "\n");
}

Result<std::string> Store::set_up_code() const {
  auto text = read_private_file(folder_ + "/" + code_file, code_bytes_max);
  if (!text) {
    if (absent(text.error())) return std::string();
    return tl::unexpected(text.error());
  }
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

Result<void> Store::save_set_up_code(const std::string& code) const {
  return write_private_file(folder_, code_file, code + "\n");
}

void Store::forget_set_up_code() const {
  ::unlink((folder_ + "/" + code_file).c_str());
}

}  // namespace cordon::people
