// SPDX-License-Identifier: Apache-2.0
// LineServer stands in for a helper process in the tests of this folder: it listens on a Unix socket of its own, and
// what it answers to a line is the test's to say.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace cordon::enforce::testing {

class LineServer {
 public:
  /// Script gives the answer to a line, line ends included; an empty one hangs up, "…" is silence.
  using Script = std::function<std::string(const std::string& line)>;

  explicit LineServer(Script script) : script_(std::move(script)) {
    std::array<char, 32> folder{"/tmp/cordon-helper-test-XXXXXX"};
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ + "/s";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listening_, 8), 0);
    thread_ = std::thread([this] { run(); });
  }
  /// The end is a helper's death: nobody listens any more, and whoever was connected is hung up on.
  ~LineServer() {
    stopping_ = true;
    ::shutdown(listening_, SHUT_RDWR);
    ::shutdown(client_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  const std::string& path() const { return path_; }

 private:
  void run() {
    for (int client = -1; !stopping_ && (client = ::accept(listening_, nullptr, nullptr)) >= 0;) {
      client_ = client;
      if (!stopping_) talk(client);
      client_ = -1;
      ::close(client);
    }
  }
  void talk(int client) {
    std::string line;
    for (char c = 0; ::recv(client, &c, 1, 0) == 1;) {
      if (c != '\n') {
        line += c;
        continue;
      }
      const std::string answer = script_(std::exchange(line, {}));
      if (answer.empty()) return;
      if (answer != "…") ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }

  Script script_;
  std::string folder_;
  std::string path_;
  int listening_ = -1;
  std::atomic<int> client_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace cordon::enforce::testing
