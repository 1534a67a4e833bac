// SPDX-License-Identifier: Apache-2.0
#include "io/message_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace cordon::io {
namespace {

using std::chrono::milliseconds;

struct Link {
  std::string path = "/tmp/cordon-message-" + std::to_string(getpid());
  Result<MessageServer> server = MessageServer::listen({path, {}});
  std::vector<std::string> got;
  int connected = 0;
  int gone = 0;

  void poll() {
    server->poll(milliseconds(50), {[this](int) { ++connected; },
                                    [this](int, std::string_view m) {
                                      got.emplace_back(m);
                                      return m != "nonsense";
                                    },
                                    [this](int) { ++gone; }});
  }
  int raw() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
};

TEST(MessageSocket, CarriesMessagesWholeAndInOrder) {
  Link link;
  MessageClient client(link.path);
  ASSERT_TRUE(client.send("one", milliseconds(100)));
  ASSERT_TRUE(client.send(std::string(100'000, 'x'), milliseconds(100)));
  for (int i = 0; i < 8 && link.got.size() < 2; ++i) link.poll();
  ASSERT_TRUE(client.send("three", milliseconds(100)));
  for (int i = 0; i < 8 && link.got.size() < 3; ++i) link.poll();
  ASSERT_EQ(link.got.size(), 3U);
  EXPECT_EQ(link.got[0], "one");
  EXPECT_EQ(link.got[1].size(), 100'000U);
  EXPECT_EQ(link.got[2], "three");
}

TEST(MessageSocket, RefusesWhatIsTooLongAndLetsNonsenseGo) {
  Link link;
  MessageClient client(link.path);
  EXPECT_EQ(client.send(std::string(message_bytes_max + 1, 'x'), milliseconds(10)).error().code, ErrorCode::limit);
  const int hostile = link.raw();
  const unsigned char length[4] = {0xff, 0xff, 0xff, 0x7f};
  ASSERT_EQ(::write(hostile, length, 4), 4);
  ASSERT_TRUE(client.send("nonsense", milliseconds(100)));
  for (int i = 0; i < 8 && link.gone < 2; ++i) link.poll();
  EXPECT_EQ(link.gone, 2);
  ::close(hostile);
  (void)client.send("lost, since the other end is gone", milliseconds(100));
  ASSERT_TRUE(client.send("again", milliseconds(100)));
  for (int i = 0; i < 8 && (link.got.empty() || link.got.back() != "again"); ++i) link.poll();
  EXPECT_EQ(link.got.back(), "again");
}

TEST(MessageSocket, NobodyListensIsAnError) {
  MessageClient client("/tmp/cordon-nobody-listens-here");
  EXPECT_EQ(client.send("x", milliseconds(10)).error().code, ErrorCode::io);
}

}  // namespace
}  // namespace cordon::io
