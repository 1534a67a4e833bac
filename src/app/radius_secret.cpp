// SPDX-License-Identifier: Apache-2.0
#include "app/radius_secret.h"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cordon::app {

namespace {

std::string why_no_secret(const Error& error) {
  const unsigned user = ::geteuid();
  if (error.code == ErrorCode::denied) {
    return fmt::format(
        "make it a file of the user that runs control (chown {}), which nobody else may read (chmod 600)", user);
  }
  if (error.code == ErrorCode::malformed) return "its first line must be the shared secret, without control characters";
  if (error.code == ErrorCode::limit) {
    return fmt::format("its first line is longer than {} octets; is it the right file?", error.offset);
  }
  switch (error.offset) {
    case ENOENT:
    case ENOTDIR:
      return "is not there: write the shared secret into it, as its first line";
    case ELOOP:
      return "is a link: name the file itself";
    case EACCES:
      return fmt::format("may not be read by user {}, who runs control: chown {} it, and let that user into its folder",
                         user, user);
    default:
      return std::strerror(static_cast<int>(error.offset));
  }
}

bool become(std::int64_t uid) {
  const auto id = static_cast<uid_t>(uid);
  return ::setgroups(0, nullptr) == 0 && ::setresgid(id, id, id) == 0 && ::setresuid(id, id, id) == 0;
}

}  // namespace

std::optional<enforce::RadiusSecret> read_secret(const Config& config, const RadiusConfig& one, std::string& why) {
  const std::string path = config.path_of(one.secret);
  auto secret = enforce::RadiusSecret::read(path);
  if (secret) return std::move(*secret);
  why = fmt::format("[radius.{}] 'secret': {}: {}", one.name, path, why_no_secret(secret.error()));
  return std::nullopt;
}

SecretsFound check_secrets(const Config& config, const std::string& file) {
  SecretsFound out;
  if (!config.cuts_by("radius")) return out;
  if (::geteuid() == 0 && config.control_uid != 0 && !become(config.control_uid)) {
    out.problems.push_back({file, 0, fmt::format("[users] 'control': cannot become user {}", config.control_uid)});
    return out;
  }
  for (const RadiusConfig& one : config.radius) {
    if (one.secret.empty()) continue;  // said already
    std::string why;
    const auto secret = read_secret(config, one, why);
    if (!secret) {
      out.problems.push_back({file, one.line, std::move(why)});
    } else if (secret->weak()) {
      out.remarks.push_back(
          fmt::format("[radius.{}] 'secret' is weak: whoever hears one exchange can try all that are so short; take {} "
                      "octets or more",
                      one.name, enforce::radius_secret_bytes_good));
    }
  }
  return out;
}

}  // namespace cordon::app
