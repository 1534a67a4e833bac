// SPDX-License-Identifier: Apache-2.0
// CutWatch: a TCP connection whose network was cut and is there again. Its sender, when it leaves that to its TCP,
// repeats only after about as long as the cut lasted; one that is reset connects anew at once.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace cordon::gateway {

/// TcpSigns is what the kernel knows of a connection.
struct TcpSigns {
  unsigned probes = 0;                 // whether the other side is there, not answered yet
  unsigned retransmits = 0;            // of what was sent to it last, not answered yet
  std::chrono::milliseconds quiet{0};  // since something came from it
};

class CutWatch {
 public:
  /// prepare has the kernel ask the other side whether it is there when nothing comes: from 2 s on, every 2 s, for four
  /// minutes.
  static void prepare(boost::asio::ip::tcp::socket& socket);
  /// came_back tells, looked at once a second, when the other side answers again after it did not, and has sent nothing
  /// yet.
  bool came_back(boost::asio::ip::tcp::socket& socket);
  bool came_back(const TcpSigns& signs);

 private:
  bool cut_ = false;
};

/// reset closes a connection so that the other side learns it at once.
void reset(boost::asio::ip::tcp::socket& socket);

}  // namespace cordon::gateway
