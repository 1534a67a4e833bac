// SPDX-License-Identifier: GPL-2.0-only
// Kernel carries lists of nftables commands to the kernel through libnftables' JSON interface (libnftables-json(5)),
// one transaction a call: all of it or nothing. It knows no table of ours.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

struct nft_ctx;

namespace cordon::nft {

using Json = nlohmann::json;

enum class KernelError : std::uint8_t { none, exists, absent, full, denied, other };

/// Outcome of one transaction. `text` is libnftables' first line about a failure; `answer` is the array "nftables" of a
/// listing, else null.
struct Outcome {
  KernelError error = KernelError::none;
  std::string text;
  Json answer;
  bool good() const { return error == KernelError::none; }
};

class Kernel {
 public:
  /// Opens the netlink socket in the network namespace of the caller and reads what libnftables wants from /etc, so
  /// that no file needs to be opened later. Null if libnftables refuses.
  static std::unique_ptr<Kernel> open();
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// run sends an array of commands as one transaction.
  Outcome run(const Json& commands);
  /// run_text sends commands in nftables' own language, for what its JSON has no words for.
  Outcome run_text(const std::string& text);

 private:
  explicit Kernel(nft_ctx* context) : context_(context) {}
  nft_ctx* context_;
};

}  // namespace cordon::nft
