// SPDX-License-Identifier: Apache-2.0
// udp_survey FILE: who our decoder says spoke UDP with whom in a capture, a JSON object a line, for
// udp_against_tshark.py. A test tool: it is not installed, and it judges nothing.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "io/capture.h"
#include "net/decoder.h"

namespace cordon {
namespace {

class Talks final : public net::Sink {
 public:
  void on_udp(const net::UdpView& talk) override {
    static constexpr std::array<const char*, 3> ways{"answered", "unclear", "one_way"};
    const nlohmann::json line{{"client", talk.client.address.text()},
                              {"client_port", talk.client.port},
                              {"server", talk.server.address.text()},
                              {"server_port", talk.server.port},
                              {"way", ways.at(static_cast<std::size_t>(talk.way))}};
    if (said_.insert(line.dump()).second) fmt::print("{}\n", line.dump());
  }

 private:
  std::set<std::string> said_;
};

int survey(const char* path) {
  auto file = io::CaptureFile::open(path);
  if (!file) {
    fmt::print(stderr, "{} {}\n", path, io::CaptureFile::open_error());
    return 3;
  }
  Talks talks;
  net::Decoder decoder(talks);
  auto frame = file->next();
  for (; frame && *frame; frame = file->next()) decoder.frame(**frame);
  decoder.finish();
  if (frame) return 0;
  fmt::print(stderr, "{} {}\n", path, file->last_error());
  return 3;
}

}  // namespace
}  // namespace cordon

int main(int argc, char** argv) {
  if (argc == 2) return cordon::survey(argv[1]);
  fmt::print(stderr, "usage: udp_survey FILE\n");
  return 2;
}
