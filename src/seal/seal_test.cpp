// SPDX-License-Identifier: Apache-2.0
#include "seal/seal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "logbook/seal_client.h"
#include "logbook/test_book.h"
#include "seal/server.h"

namespace cordon::seal {
namespace {

using logbook::Head;
using logbook::SealAnswer;
using logbook::SealClient;
using logbook::SealStatus;
using logbook::SignedHead;
using logbook::slurp;
using logbook::spill;
using logbook::TestFolder;

Head head(std::uint64_t sequence, std::uint8_t hash = 1, std::uint64_t epoch = 1, std::string box = "chv") {
  Head out{std::move(box), epoch, Sequence{sequence}, {}};
  out.hash.fill(hash);
  return out;
}

class SealTest : public ::testing::Test {
 protected:
  Result<Sealer> open() const { return Sealer::open({folder / "seal", clock.now()}); }
  std::string file(const std::string& name) const { return folder / ("seal/" + name); }
  std::size_t lines() const {
    const std::string heads = slurp(file("heads.jsonl"));
    return static_cast<std::size_t>(std::count(heads.begin(), heads.end(), '\n'));
  }
  static mode_t mode(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
  }

  TestFolder folder;
  logbook::SetClock clock;
};

TEST_F(SealTest, MakesItsKeyOnceAndShowsOnlyThePublicHalf) {
  logbook::PublicKey key;
  {
    Result<Sealer> sealer = open();
    ASSERT_TRUE(sealer) << sealer.error().where;
    key = sealer->public_key();
  }
  EXPECT_EQ(mode(file("seal.key")), 0600U);
  EXPECT_EQ(mode(file("seal.pub")), 0644U);
  EXPECT_EQ(mode(file("heads.jsonl")), 0644U);
  EXPECT_EQ(*logbook::read_public_key(file("seal.pub")), key);
  std::filesystem::remove(file("seal.pub"));
  Result<Sealer> again = open();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key);
  EXPECT_EQ(*logbook::read_public_key(file("seal.pub")), key) << "exported again";
  EXPECT_EQ(open().error().code, ErrorCode::denied) << "one seal a folder";
}

TEST_F(SealTest, SignsForwardOnly) {
  Result<Sealer> sealer = open();
  ASSERT_TRUE(sealer);
  const SealAnswer first = sealer->seal(head(10));
  ASSERT_EQ(first.status, SealStatus::signed_head);
  EXPECT_TRUE(logbook::signature_ok({head(10), first.sealed_at, first.signature}, sealer->public_key()));
  EXPECT_FALSE(logbook::signature_ok({head(11), first.sealed_at, first.signature}, sealer->public_key()));
  *clock.micros += 1'000'000;
  EXPECT_EQ(sealer->seal(head(10)), first) << "the same head again, the same answer";
  EXPECT_EQ(lines(), 1U);
  EXPECT_EQ(sealer->seal(head(9)).status, SealStatus::older);
  EXPECT_EQ(sealer->seal(head(9)).last, Sequence{10});
  EXPECT_EQ(sealer->seal(head(10, 2)).status, SealStatus::other_hash);
  EXPECT_EQ(sealer->seal(head(11, 1, 0)).status, SealStatus::other_hash) << "a fallen epoch";
  EXPECT_EQ(sealer->seal(head(11, 1, 2)).status, SealStatus::signed_head);
  EXPECT_EQ(sealer->seal(head(1, 1, 1, "chm")).status, SealStatus::signed_head) << "another box has its own line";
  EXPECT_EQ(lines(), 3U);
}

TEST_F(SealTest, RemembersOverARestart) {
  SealAnswer first;
  {
    Result<Sealer> sealer = open();
    ASSERT_TRUE(sealer);
    first = sealer->seal(head(10));
  }
  Result<Sealer> sealer = open();
  ASSERT_TRUE(sealer) << sealer.error().where;
  EXPECT_EQ(sealer->seal(head(10)), first);
  EXPECT_EQ(sealer->seal(head(10, 2)).status, SealStatus::other_hash);
  EXPECT_EQ(sealer->seal(head(4)).status, SealStatus::older);
  EXPECT_EQ(sealer->seal(head(11)).status, SealStatus::signed_head);
}

TEST_F(SealTest, ServesNoMoreBoxesThanItsBound) {
  Result<Sealer> sealer = open();
  ASSERT_TRUE(sealer);
  for (std::size_t i = 0; i < boxes_max; ++i) {
    ASSERT_EQ(sealer->seal(head(1, 1, 1, "box" + std::to_string(i))).status, SealStatus::signed_head);
  }
  EXPECT_EQ(sealer->seal(head(1, 1, 1, "one-more")).status, SealStatus::too_many);
  EXPECT_EQ(sealer->seal(head(2, 1, 1, "box0")).status, SealStatus::signed_head);
}

TEST_F(SealTest, RefusesAKeyOrAFolderThatOthersCanReach) {
  ASSERT_TRUE(open());
  ASSERT_EQ(::chmod(file("seal.key").c_str(), 0640), 0);
  EXPECT_EQ(open().error().code, ErrorCode::denied);
  ASSERT_EQ(::chmod(file("seal.key").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((folder / "seal").c_str(), 0775), 0);
  EXPECT_EQ(open().error().code, ErrorCode::denied);
  ASSERT_EQ(::chmod((folder / "seal").c_str(), 0755), 0);
  ASSERT_TRUE(open());
  spill(file("seal.key"), "00\n");
  EXPECT_EQ(open().error().code, ErrorCode::malformed);
  std::filesystem::remove(file("seal.key"));
  ASSERT_TRUE(open()) << "nothing was signed yet: a new key harms nobody";
}

TEST_F(SealTest, NeverReplacesAKeyThatHasSigned) {
  { ASSERT_EQ(open()->seal(head(1)).status, SealStatus::signed_head); }
  const std::string key = slurp(file("seal.key"));
  std::filesystem::remove(file("seal.key"));
  EXPECT_EQ(open().error().code, ErrorCode::denied);
  EXPECT_FALSE(std::filesystem::exists(file("seal.key")));
  {
    TestFolder elsewhere;
    ASSERT_TRUE(Sealer::open({elsewhere / "seal", clock.now()}));
    spill(file("seal.key"), slurp(elsewhere / "seal/seal.key"));
    ASSERT_EQ(::chmod(file("seal.key").c_str(), 0600), 0);
  }
  EXPECT_EQ(open().error().code, ErrorCode::malformed) << "heads of another key";
  spill(file("seal.key"), key);
  EXPECT_TRUE(open());
}

TEST_F(SealTest, ATornLastLineIsTakenOffAndABrokenOneStopsIt) {
  { ASSERT_EQ(open()->seal(head(1)).status, SealStatus::signed_head); }
  const std::string whole = slurp(file("heads.jsonl"));
  spill(file("heads.jsonl"), whole + whole.substr(0, 50));
  {
    Result<Sealer> sealer = open();
    ASSERT_TRUE(sealer);
    EXPECT_TRUE(sealer->heads_repaired());
    EXPECT_EQ(slurp(file("heads.jsonl")), whole);
  }
  spill(file("heads.jsonl"), whole.substr(0, whole.size() - 1));
  {
    Result<Sealer> sealer = open();
    ASSERT_TRUE(sealer);
    EXPECT_FALSE(sealer->heads_repaired()) << "a whole line that only lacks its end is kept";
    EXPECT_EQ(slurp(file("heads.jsonl")), whole);
    EXPECT_EQ(sealer->seal(head(2)).status, SealStatus::signed_head);
  }
  EXPECT_FALSE(open()->heads_repaired());
  spill(file("heads.jsonl"), whole + "garbage\n" + whole);
  EXPECT_EQ(open().error(), (Error{ErrorCode::malformed, 2, ""}));
}

TEST_F(SealTest, SignsNothingThatItCannotKeep) {
  Result<Sealer> sealer = open();
  ASSERT_TRUE(sealer);
  ASSERT_EQ(sealer->seal(head(1)).status, SealStatus::signed_head);
  const std::string before = slurp(file("heads.jsonl"));
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{before.size() + 20, old.rlim_max};  // the next line does not fit whole
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const SealStatus full = sealer->seal(head(2)).status;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_EQ(full, SealStatus::disk);
  EXPECT_EQ(slurp(file("heads.jsonl")), before) << "no torn line stays behind";
  EXPECT_EQ(sealer->seal(head(2)).status, SealStatus::signed_head) << "and it goes on when there is room";
  EXPECT_EQ(lines(), 2U);
}

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

/// Program runs cordon-seal until it goes.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CORDON_SEAL_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execv(argv[0], argv.data());
      ::_exit(99);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) end(SIGKILL);
  }
  /// end sends a signal (0: none) and gives the exit status, 1000 more when a signal ended it.
  int end(int signal) {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

class SealProgramTest : public SealTest {
 protected:
  std::vector<std::string> arguments(std::initializer_list<std::string> more = {}) const {
    std::vector<std::string> out{"--folder", folder / "seal", "--socket", socket};
    out.insert(out.end(), more);
    return out;
  }
  SealClient client() const { return SealClient({socket, std::chrono::seconds(20)}); }
  /// wait waits until the program answers at its socket.
  void wait() const {
    for (int i = 0; i < 2000; ++i) {
      if (const int fd = connect_to(socket); fd >= 0) {
        ::close(fd);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "cordon-seal did not start";
  }

  std::string socket = folder / "seal.sock";
};

TEST_F(SealProgramTest, SignsOverItsSocketAndIsMissedWhenGone) {
  SealClient seal = client();
  EXPECT_EQ(seal.seal(head(1)).error().code, ErrorCode::io) << "not running";
  {
    Program program(arguments());
    wait();
    const Result<SignedHead> first = seal.seal(head(1));
    ASSERT_TRUE(first) << first.error().where;
    EXPECT_TRUE(logbook::signature_ok(*first, *logbook::read_public_key(file("seal.pub"))));
    EXPECT_EQ(*seal.seal(head(1)), *first);
    EXPECT_TRUE(seal.seal(head(5)));
    const Error refused = seal.seal(head(4)).error();
    EXPECT_EQ(refused, (Error{ErrorCode::denied, 5, ""}));
    EXPECT_EQ(seal.seal(head(5, 2)).error().code, ErrorCode::denied);
    EXPECT_TRUE(seal.seal(head(6))) << "a refusal does not end the talk";
    EXPECT_EQ(program.end(SIGTERM), 0);
    EXPECT_FALSE(seal.seal(head(7)));
  }
  Program program(arguments());
  wait();
  EXPECT_TRUE(seal.seal(head(7))) << "the same client finds the restarted seal";
}

TEST_F(SealProgramTest, ABookSealedOverTheSocketVerifiesAndItsCutTailShows) {
  Program program(arguments());
  wait();
  const std::string path = folder / "logbook.db";
  Result<logbook::Logbook> book = logbook::Logbook::open({.path = path, .box = "chv", .now = clock.now()});
  ASSERT_TRUE(book);
  SealClient seal = client();
  for (std::uint64_t n = 1; n <= 10; ++n) {
    ASSERT_TRUE(book->append(std::vector<logbook::Draft>{logbook::draft(n)}));
    ASSERT_TRUE(seal.seal(book->head()));
  }
  logbook::VerifyOptions options;
  options.heads_path = file("heads.jsonl");
  options.public_key = *logbook::read_public_key(file("seal.pub"));
  EXPECT_EQ(logbook::verify(path, options)->confirmed->sequence, Sequence{10});
  logbook::sql(path, "DELETE FROM entry WHERE sequence = 10");
  EXPECT_EQ(logbook::verify(path, options)->damages.at(0).kind, logbook::DamageKind::cut_tail);
}

TEST_F(SealProgramTest, KilledAtAnyMomentItHasKeptWhatItAnswered) {
  std::uint64_t answered = 0;
  for (int round = 0; round < 5; ++round) {
    Program program(arguments());
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300 + 40 * round));
      program.end(SIGKILL);
    });
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
         std::chrono::steady_clock::now() < until;) {
      SealClient seal = client();
      while (seal.seal(head(answered + 1))) ++answered;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    killer.join();
  }
  EXPECT_GT(answered, 0U);
  Result<Sealer> sealer = open();
  ASSERT_TRUE(sealer) << sealer.error().where;
  EXPECT_EQ(sealer->seal(head(1, 9)).last.value - answered <= 1, true) << "at most one was kept and not answered";
}

TEST_F(SealProgramTest, BrokenAndIdleClientsDisturbNobody) {
  Program program(arguments());
  wait();
  SealClient seal = client();
  ASSERT_TRUE(seal.seal(head(1)));
  std::vector<int> idle;
  for (std::size_t i = 0; i + 2 < connections_max; ++i) idle.push_back(connect_to(socket));
  for (const std::string& bytes :
       {std::string("\xFF\xFF\xFF\xFF", 4), std::string("\x05\0\0\0hello", 9), std::string("\0\0\0\0", 4),
        std::string("\x01\x10\0\0", 4) + std::string(4097, 'x')}) {
    const int fd = connect_to(socket);
    ASSERT_GE(fd, 0);
    EXPECT_GT(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
    std::array<std::uint8_t, 256> answer{};
    ssize_t size = 0;
    while (true) {  // one answer, then the end
      const ssize_t got = ::recv(fd, answer.data() + size, answer.size() - static_cast<std::size_t>(size), 0);
      if (got <= 0) break;
      size += got;
    }
    ASSERT_GT(size, 4);
    EXPECT_EQ(logbook::decode_seal_answer(ByteView(answer).subspan(4, static_cast<std::size_t>(size) - 4))->status,
              SealStatus::malformed);
    ::close(fd);
  }
  // A request in single bytes, and two at once.
  const int slow = connect_to(socket);
  std::vector<std::uint8_t> bytes = logbook::encode_seal_request(head(2));
  for (const std::uint8_t& b : bytes) EXPECT_EQ(::send(slow, &b, 1, 0), 1);
  const std::vector<std::uint8_t> next = logbook::encode_seal_request(head(3));
  const std::size_t answer_bytes = logbook::encode_seal_answer({}).size();
  std::vector<std::uint8_t> answers(3 * answer_bytes);
  ASSERT_EQ(::recv(slow, answers.data(), answer_bytes, MSG_WAITALL), static_cast<ssize_t>(answer_bytes));
  bytes.insert(bytes.end(), next.begin(), next.end());
  EXPECT_EQ(::send(slow, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  EXPECT_EQ(::recv(slow, answers.data(), 2 * answer_bytes, MSG_WAITALL), static_cast<ssize_t>(2 * answer_bytes));
  EXPECT_TRUE(seal.seal(head(4)));
  ::close(slow);
  for (const int fd : idle) ::close(fd);
}

TEST_F(SealProgramTest, AnswersOnlyTheUsersItWasTold) {
  const std::string other = std::to_string(::geteuid() + 1);
  {
    Program program(arguments({"--allow-uid", other}));
    wait();
    const Error refused = client().seal(head(1)).error();
    EXPECT_EQ(refused.code, ErrorCode::denied);
    EXPECT_STREQ(refused.where, "the seal does not serve this user");
    program.end(SIGTERM);
  }
  Program program(arguments({"--allow-uid", other, "--allow-uid", std::to_string(::geteuid())}));
  wait();
  EXPECT_TRUE(client().seal(head(1)));
}

TEST_F(SealProgramTest, TakesAnInheritedSocketAndRefusesWhatIsNone) {
  const Result<int> listener = listen_on(socket, false);
  ASSERT_TRUE(listener);
  EXPECT_EQ(listen_on(socket, false).error().code, ErrorCode::denied) << "somebody answers there";
  ::fcntl(*listener, F_SETFD, 0);
  Program program({"--folder", folder / "seal", "--fd", std::to_string(*listener)});
  EXPECT_TRUE(client().seal(head(1)));
  ::close(*listener);
  EXPECT_EQ(Program({"--folder", folder / "other", "--fd", "0"}).end(0), 3);
  EXPECT_EQ(Program({"--folder", folder / "other"}).end(0), 2);
  EXPECT_EQ(Program({"--folder", folder / "other", "--fd", "x"}).end(0), 2);
  EXPECT_EQ(Program({"--folder", folder / "other", "--socket", folder / "a", "extra"}).end(0), 2);
  spill(folder / "file", "not a socket");
  EXPECT_EQ(listen_on(folder / "file", false).error().code, ErrorCode::denied);
  EXPECT_EQ(slurp(folder / "file"), "not a socket");
  EXPECT_EQ(listen_on(folder / std::string(200, 'x'), false).error().code, ErrorCode::limit);
}

TEST_F(SealProgramTest, ASilentSealCostsTheClientOnlyItsTimeOut) {
  const Result<int> listener = listen_on(socket, false);  // listens and never answers
  ASSERT_TRUE(listener);
  SealClient seal({socket, std::chrono::milliseconds(50)});
  EXPECT_EQ(seal.seal(head(1)).error().code, ErrorCode::timeout);
  std::vector<int> waiting;
  for (std::size_t i = 0; i < connections_max; ++i) waiting.push_back(connect_to(socket));
  EXPECT_EQ(seal.seal(head(1)).error().code, ErrorCode::timeout) << "also when its queue is full";
  for (const int fd : waiting) ::close(fd);
  ::close(*listener);
}

}  // namespace
}  // namespace cordon::seal
