// SPDX-License-Identifier: Apache-2.0
#include "app/patient_keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "event/bedside_json.h"
#include "logbook/entry.h"
#include "people/secret.h"
#include "people/store.h"

namespace cordon::app {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t padded_to = 512;  // four texts of device_text_bytes_max, and their names in JSON
constexpr std::size_t key_name_letters = 16;

bool is_absent(const Error& error) {
  return error.code == ErrorCode::io && error.offset == ENOENT;
}

bool is_key_name(const std::string& key) {
  return key.size() == key_name_letters && key.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// identity_of says who is the same patient: the identifier, or else the names and the day of birth.
std::string identity_of(const event::PatientOffer& patient) {
  if (!patient.identifier.empty()) return "i" + patient.identifier;
  return "n" + patient.family + "\n" + patient.given + "\n" + patient.born;
}

Bytes bytes_of_hex(const std::string& text) {
  Bytes out(text.size() / 2);
  if (text.size() % 2 != 0 || !logbook::from_hex(text, out)) return {};
  return out;
}

Bytes padded(const event::PatientOffer& patient) {
  const std::string text = event::to_json_value(patient).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  Bytes out(text.begin(), text.end());
  out.resize((text.size() / padded_to + 1) * padded_to);
  std::size_t length = 0;
  sodium_pad(&length, out.data(), text.size(), padded_to, out.size());
  return out;
}

std::optional<event::PatientOffer> unpadded(const Bytes& text) {
  std::size_t length = 0;
  if (sodium_unpad(&length, text.data(), text.size(), padded_to) != 0) return std::nullopt;
  const auto json =
      nlohmann::json::parse(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto field = [&](const char* name) { return json.value(name, std::string()); };
  return event::PatientOffer{field("identifier"), field("family"), field("given"), field("born")};
}

}  // namespace

Result<PatientKeys> PatientKeys::open(std::string folder) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno("patients' keys");
  struct stat s {};
  if (::stat(folder.c_str(), &s) != 0) return fail_errno("patients' keys");
  if (!S_ISDIR(s.st_mode) || (s.st_mode & 077U) != 0) {
    return fail(ErrorCode::denied, "patients' keys: others may read the folder; chmod 700");
  }
  return PatientKeys(std::move(folder));
}

Result<std::string> PatientKeys::read(const std::string& key) const {
  if (!is_key_name(key)) return fail(ErrorCode::malformed, "patient's key");
  std::string bytes = CORDON_TRY(people::read_private_file(folder_ + "/" + file_of(key), crypto_secretbox_KEYBYTES));
  if (bytes.size() != crypto_secretbox_KEYBYTES) return fail(ErrorCode::malformed, "patient's key");
  return bytes;
}

Result<std::string> PatientKeys::make(const std::string& identity) {
  const std::string name = people::make_number(people::system_random());
  std::string bytes(crypto_secretbox_KEYBYTES, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  CORDON_TRY_VOID(people::write_private_file(folder_, file_of(name), bytes));
  by_patient_[identity] = name;
  return name;
}

Result<SealedPatient> PatientKeys::seal(const event::PatientOffer& patient) {
  const std::string identity = identity_of(patient);
  const auto known = by_patient_.find(identity);
  std::string name = known == by_patient_.end() ? "" : known->second;
  Result<std::string> key = fail(ErrorCode::io, "patient's key", ENOENT);
  if (!name.empty()) key = read(name);
  if (!key) {  // none yet, destroyed, or nobody can read it: what is written from now on must be readable
    name = CORDON_TRY(make(identity));
    key = read(name);
  }
  if (!key) return tl::unexpected(key.error());
  const Bytes text = padded(patient);
  std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce{};
  randombytes_buf(nonce.data(), nonce.size());
  Bytes box(text.size() + crypto_secretbox_MACBYTES);
  crypto_secretbox_easy(box.data(), text.data(), text.size(), nonce.data(),
                        reinterpret_cast<const unsigned char*>(key->data()));
  sodium_memzero(key->data(), key->size());
  return SealedPatient{name, logbook::to_hex(nonce), logbook::to_hex(box)};
}

Result<event::PatientOffer> PatientKeys::unseal(const SealedPatient& sealed) {
  auto key = read(sealed.key);
  if (!key) {
    if (is_absent(key.error())) return erased_patient;
    return tl::unexpected(key.error());
  }
  const Bytes nonce = bytes_of_hex(sealed.nonce);
  const Bytes box = bytes_of_hex(sealed.box);
  if (nonce.size() != crypto_secretbox_NONCEBYTES || box.size() <= crypto_secretbox_MACBYTES) return erased_patient;
  Bytes text(box.size() - crypto_secretbox_MACBYTES);
  const int opened = crypto_secretbox_open_easy(text.data(), box.data(), box.size(), nonce.data(),
                                                reinterpret_cast<const unsigned char*>(key->data()));
  sodium_memzero(key->data(), key->size());
  const auto patient = opened == 0 ? unpadded(text) : std::nullopt;
  if (!patient) return erased_patient;
  by_patient_[identity_of(*patient)] = sealed.key;
  return *patient;
}

Result<void> PatientKeys::destroy(const std::string& key) {
  if (!is_key_name(key)) return fail(ErrorCode::malformed, "patient's key");
  const std::string path = folder_ + "/" + file_of(key);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return fail_errno("patient's key");
  const std::array<char, crypto_secretbox_KEYBYTES> nothing{};
  const bool over =
      ::pwrite(fd, nothing.data(), nothing.size(), 0) == static_cast<ssize_t>(nothing.size()) && ::fsync(fd) == 0;
  const bool gone = ::unlink(path.c_str()) == 0;
  ::close(fd);
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool durable = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!over || !gone || !durable) return fail_errno("patient's key");
  std::erase_if(by_patient_, [&](const auto& entry) { return entry.second == key; });
  return {};
}

}  // namespace cordon::app
