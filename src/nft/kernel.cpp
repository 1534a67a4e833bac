// SPDX-License-Identifier: GPL-2.0-only
#include "nft/kernel.h"

#include <nftables/libnftables.h>

#include <cerrno>
#include <cstring>

namespace cordon::nft {

namespace {

/// libnftables returns -1 for everything; only its text has the kernel's errno, as strerror in the C locale.
KernelError error_of(const std::string& text) {
  const auto says = [&](int error) { return text.find(std::strerror(error)) != std::string::npos; };
  if (says(EEXIST)) return KernelError::exists;
  if (says(ENOENT)) return KernelError::absent;
  if (says(ENFILE) || says(ENOSPC)) return KernelError::full;
  if (says(EPERM) || says(EACCES)) return KernelError::denied;
  return KernelError::other;
}

std::string first_line(const char* text) {
  const std::string all = text != nullptr ? text : "";
  return all.substr(0, all.find('\n'));
}

}  // namespace

std::unique_ptr<Kernel> Kernel::open() {
  nft_ctx* context = nft_ctx_new(NFT_CTX_DEFAULT);
  if (context == nullptr) return nullptr;
  nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_ALL);
  if (nft_ctx_buffer_output(context) != 0 || nft_ctx_buffer_error(context) != 0) {
    nft_ctx_free(context);
    return nullptr;
  }
  std::unique_ptr<Kernel> kernel(new Kernel(context));
  // The first JSON text seeds the hash of libjansson from /dev/urandom.
  kernel->run(Json::parse(R"([{"list":{"tables":null}}])"));
  return kernel;
}

Kernel::~Kernel() {
  nft_ctx_free(context_);
}

Outcome Kernel::run(const Json& commands) {
  Json request = Json::object();
  request["nftables"] = commands;
  return run_text(request.dump());
}

Outcome Kernel::run_text(const std::string& text) {
  Outcome out;
  const int result = nft_run_cmd_from_buffer(context_, text.c_str());
  if (result != 0) {
    out.text = first_line(nft_ctx_get_error_buffer(context_));
    out.error = error_of(out.text);
  }
  const char* output = nft_ctx_get_output_buffer(context_);
  if (out.good() && output != nullptr && *output != '\0') {
    Json parsed = Json::parse(output, nullptr, false);
    if (parsed.is_object() && parsed.contains("nftables")) out.answer = std::move(parsed["nftables"]);
  }
  return out;
}

}  // namespace cordon::nft
