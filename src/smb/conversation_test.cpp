// SPDX-License-Identifier: Apache-2.0
#include "smb/conversation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "smb/testing.h"

namespace cordon::smb {
namespace {

using namespace testing;
using enum Direction;

constexpr WallTime t0{Micros{1'670'097'605'000'000}};
constexpr FileId file_a{0xA0, 0xA1};
constexpr FileId file_b{0xB0, 0xB1};

Bytes payload_of(std::size_t n, std::uint8_t seed = 1) {
  Bytes out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + i / 251 + seed);
  return out;
}

/// Talk is a conversation with a log at its end.
struct Talk {
  explicit Talk(Limits limits = {}) : conversation(log, limits) {}
  void client(ByteView bytes) { conversation.feed(client_to_server, now, bytes); }
  void server(ByteView bytes) { conversation.feed(server_to_client, now, bytes); }
  std::uint64_t weird(Weird w) const { return conversation.counters().of(w); }
  std::uint64_t weird_total() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : conversation.counters().weird) sum += n;
    return sum;
  }
  const Exchange& exchange(std::size_t i) const { return log.exchanges.at(i); }
  std::size_t count(std::string_view prefix) {
    log.close();
    return static_cast<std::size_t>(
        std::ranges::count_if(log.lines, [&](const std::string& l) { return l.starts_with(prefix); }));
  }

  WallTime now = t0;
  Log log;
  Conversation conversation;
};

template <class Body>
const Body& request_of(const Exchange& e) {
  return std::get<Body>(e.request);
}

TEST(Conversation, PairsCreateWithItsResponse) {
  Talk t;
  t.client(message({Command::create, 7},
                   create_request("dossier\\a.docx", Disposition::overwrite_if, option_delete_on_close)));
  EXPECT_EQ(t.conversation.waiting(), 1U);
  t.server(message({Command::create, 7, flag_response}, create_response(file_a, 1234)));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  const Exchange& e = t.exchange(0);
  EXPECT_TRUE(e.answered);
  EXPECT_EQ(e.tree_id, 5U);
  EXPECT_EQ(e.session_id, 0x11U);
  EXPECT_TRUE(e.file_known);
  EXPECT_EQ(e.file, file_a);
  EXPECT_EQ(request_of<CreateRequest>(e).name, "dossier\\a.docx");
  EXPECT_EQ(request_of<CreateRequest>(e).disposition, Disposition::overwrite_if);
  EXPECT_TRUE(request_of<CreateRequest>(e).delete_on_close());
  EXPECT_EQ(std::get<CreateResponse>(e.response).end_of_file, 1234U);
  EXPECT_EQ(t.weird_total(), 0U);
  EXPECT_EQ(t.conversation.waiting(), 0U);
}

TEST(Conversation, PassesWriteAndReadPayloadWithTheirPlace) {
  Talk t;
  const Bytes old_text = payload_of(5000, 3), new_text = payload_of(7000, 9);
  t.client(message({Command::read, 1}, read_request(file_a, 4096, 5000)));
  t.server(message({Command::read, 1, flag_response}, read_response(old_text)));
  t.log.close();
  EXPECT_EQ(t.log.last_payload, std::string(old_text.begin(), old_text.end()));
  EXPECT_EQ(t.count("data read id=1 known=true file=a1 offset=4096 length=5000 tree=5"), 1U);
  t.client(message({Command::write, 2}, write_request(file_a, 8192, new_text)));
  t.server(message({Command::write, 2, flag_response}, write_response(7000)));
  t.log.close();
  EXPECT_EQ(t.log.last_payload, std::string(new_text.begin(), new_text.end()));
  EXPECT_EQ(t.count("data write id=2 known=true file=a1 offset=8192 length=7000 tree=5"), 1U);
  ASSERT_EQ(t.log.exchanges.size(), 2U);
  EXPECT_EQ(std::get<ReadResponse>(t.exchange(0).response).length, 5000U);
  EXPECT_EQ(std::get<WriteResponse>(t.exchange(1).response).count, 7000U);
  EXPECT_EQ(t.conversation.counters().data_bytes, 12000U);
  EXPECT_EQ(t.weird_total(), 0U);
}

TEST(Conversation, ReadPayloadWithoutItsRequestIsReportedAsUnknown) {
  Talk t;
  t.server(message({Command::read, 9, flag_response}, read_response(payload_of(100))));
  EXPECT_EQ(t.count("data read id=9 known=false"), 1U);
  EXPECT_EQ(t.weird(Weird::response_without_request), 1U);
  EXPECT_FALSE(t.exchange(0).has_request);
  EXPECT_TRUE(t.exchange(0).answered);
}

/// A related compound as Windows and macOS send it: the FileId is "the one before", session and tree too.
Bytes related_compound() {
  const Head first{.command = Command::create, .id = 20};
  const auto related = [](Command command, std::uint64_t id) {
    return Head{.command = command, .id = id, .flags = flag_related, .session = id_unset, .tree = tree_unset};
  };
  return message({{first, create_request("x.txt")},
                  {related(Command::write, 21), write_request(previous_file, 0, payload_of(33))},
                  {related(Command::set_info, 22), set_info(previous_file, 0x0A, rename_buffer("y.txt", true))},
                  {related(Command::close, 23), close_request(previous_file)}});
}

TEST(Conversation, RelatedCompoundGetsTheFileIdOfItsCreate) {
  Talk t;
  t.client(related_compound());
  EXPECT_EQ(
      t.count("data write id=21 known=false file=ffffffffffffffff offset=0 length=33 tree=5 session=11 related_to=14"),
      1U);
  t.server(message({{{Command::create, 20, flag_response}, create_response(file_b)},
                    {{Command::write, 21, flag_response | flag_related}, write_response(33)},
                    {{Command::set_info, 22, flag_response | flag_related}, small(2)},
                    {{Command::close, 23, flag_response | flag_related}, close_response()}}));
  ASSERT_EQ(t.log.exchanges.size(), 4U);
  for (const Exchange& e : t.log.exchanges) {
    EXPECT_TRUE(e.file_known) << command_name(e.command);
    EXPECT_EQ(e.file, file_b) << command_name(e.command);
    EXPECT_EQ(e.tree_id, 5U);
    EXPECT_EQ(e.session_id, 0x11U);
  }
  EXPECT_EQ(t.exchange(1).related_to, 20U);
  const Rename& rename = std::get<Rename>(request_of<SetInfoRequest>(t.exchange(2)).change);
  EXPECT_EQ(rename.new_name, "y.txt");
  EXPECT_TRUE(rename.replace);
  EXPECT_EQ(t.weird_total(), 0U);
}

TEST(Conversation, RelatedToAFileIdInsteadOfACreateNeedsNoResponse) {
  Talk t;
  t.client(message({{{Command::flush, 1}, close_request(file_a)},
                    {{Command::write, 2, flag_related}, write_request(previous_file, 0, payload_of(8))}}));
  EXPECT_EQ(t.count("data write id=2 known=true file=a1"), 1U);
}

TEST(Conversation, UnrelatedCompoundElementsStandAlone) {
  Talk t;
  t.client(message({{{Command::close, 1}, close_request(file_a)}, {{Command::close, 2}, close_request(file_b)}}));
  t.server(message({{{Command::close, 1, flag_response}, close_response()},
                    {{Command::close, 2, flag_response}, close_response()}}));
  ASSERT_EQ(t.log.exchanges.size(), 2U);
  EXPECT_EQ(t.exchange(0).file, file_a);
  EXPECT_EQ(t.exchange(1).file, file_b);
  EXPECT_EQ(t.exchange(1).related_to, id_unset);
}

TEST(Conversation, InterimResponseKeepsWaitingAndTheTreeComesFromTheRequest) {
  Talk t;
  t.client(message({Command::write, 3}, write_request(file_a, 0, payload_of(10))));
  const std::uint32_t flags = flag_response | flag_async;
  t.server(message({.command = Command::write, .id = 3, .flags = flags, .status = status_pending, .async = 77},
                   error_response()));
  EXPECT_EQ(t.log.exchanges.size(), 0U);
  t.server(message({.command = Command::write, .id = 3, .flags = flags, .async = 77}, write_response(10)));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_TRUE(t.exchange(0).was_async);
  EXPECT_EQ(t.exchange(0).tree_id, 5U);
}

TEST(Conversation, AnyBytePerByteFeedSaysTheSame) {
  // Elements that are nothing but a header, and answers whose buffer is not read, must not wait for a byte too many.
  Talk t;
  ByteWriter nothing;
  for (const std::uint8_t b : message({Command::echo, 1}, nothing)) t.client(ByteView(&b, 1));
  EXPECT_EQ(t.conversation.waiting(), 1U);
  for (const std::uint8_t b : message({Command::echo, 1, flag_response}, nothing)) t.server(ByteView(&b, 1));
  EXPECT_EQ(t.log.exchanges.size(), 1U);
}

TEST(Conversation, ResponsesFromTheClientConfirmNothing) {
  Talk t;
  t.client(message({Command::create, 1}, create_request("a")));
  t.client(message({Command::create, 1, flag_response}, create_response(file_a)));
  EXPECT_EQ(t.log.exchanges.size(), 0U);
  EXPECT_EQ(t.weird(Weird::wrong_direction), 1U);
  EXPECT_EQ(t.count("message"), 2U) << "it is still counted";
}

TEST(Conversation, AnswerToAnotherCommandDoesNotPair) {
  Talk t;
  t.client(message({Command::create, 1}, create_request("a")));
  t.server(message({Command::close, 1, flag_response}, close_response()));
  EXPECT_EQ(t.weird(Weird::command_mismatch), 1U);
  EXPECT_EQ(t.conversation.waiting(), 1U);
  EXPECT_FALSE(t.exchange(0).has_request);
}

TEST(Conversation, OneSidedCaptureGivesRequestsUpAfterAWhile) {
  Talk t;
  t.client(message({Command::create, 1}, create_request("a")));
  t.now += std::chrono::seconds(5);
  t.client(message({Command::create, 2}, create_request("b")));
  EXPECT_EQ(t.log.exchanges.size(), 0U) << "five seconds are still within the wait";
  t.now += Micros(1);
  t.client(message({Command::create, 3}, create_request("c")));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_FALSE(t.exchange(0).answered);
  EXPECT_FALSE(t.exchange(0).file_known);
  EXPECT_EQ(request_of<CreateRequest>(t.exchange(0)).name, "a");
  t.conversation.finish();
  EXPECT_EQ(t.log.exchanges.size(), 3U);
  EXPECT_EQ(t.weird(Weird::request_given_up), 3U);
}

TEST(Conversation, ASlowServerThatIsSeenIsWaitedFor) {
  Talk t;
  t.client(message({Command::echo, 1}, small(4)));
  t.server(message({Command::echo, 1, flag_response}, small(4)));
  t.client(message({Command::create, 2}, create_request("a")));
  t.now += std::chrono::minutes(2);
  t.client(message({Command::echo, 3}, small(4)));
  EXPECT_EQ(t.log.exchanges.size(), 1U);
  t.server(message({Command::create, 2, flag_response}, create_response(file_a)));
  EXPECT_EQ(t.log.exchanges.size(), 2U);
  EXPECT_TRUE(t.exchange(1).answered);
}

TEST(Conversation, WaitingRequestsAreBoundedOldestOut) {
  Limits limits;
  limits.pending_requests_max = 8;
  Talk t(limits);
  for (std::uint64_t id = 1; id <= 8; ++id) t.client(message({Command::create, id}, create_request("a")));
  EXPECT_EQ(t.log.exchanges.size(), 0U);
  t.client(message({Command::create, 9}, create_request("a")));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_EQ(t.exchange(0).message_id, 1U);
  EXPECT_EQ(t.weird(Weird::pending_full), 1U);
  EXPECT_EQ(t.conversation.waiting(), 8U);
}

TEST(Conversation, WaitingTextIsBounded) {
  Limits limits;
  limits.pending_text_bytes_max = 100;
  Talk t(limits);
  t.client(message({Command::create, 1}, create_request(std::string(60, 'a'))));
  t.client(message({Command::create, 2}, create_request(std::string(40, 'b'))));
  EXPECT_EQ(t.weird(Weird::pending_full), 0U);
  t.client(message({Command::create, 3}, create_request("c")));
  EXPECT_EQ(t.weird(Weird::pending_full), 1U);
  EXPECT_EQ(t.conversation.waiting(), 2U);
}

TEST(Conversation, DelayedRequestsDoNotCrowdOutTheOthers) {
  Limits limits;
  limits.pending_requests_max = 8;
  Talk t(limits);
  for (std::uint64_t id = 1; id <= 8; ++id) {
    t.client(message({Command::change_notify, id}, small(32)));
    t.server(message(
        {.command = Command::change_notify, .id = id, .flags = flag_response | flag_async, .status = status_pending},
        error_response()));
  }
  for (std::uint64_t id = 10; id < 13; ++id) t.client(message({Command::create, id}, create_request("a")));
  for (std::uint64_t id = 10; id < 13; ++id)
    t.server(message({Command::create, id, flag_response}, create_response(file_a)));
  EXPECT_EQ(std::ranges::count_if(t.log.exchanges,
                                  [](const Exchange& e) { return e.command == Command::create && e.answered; }),
            3);
}

TEST(Conversation, NamesAreBounded) {
  Talk t;
  t.client(message({Command::create, 1}, create_request(std::string(name_bytes_max / 2, 'a'))));
  EXPECT_EQ(t.weird(Weird::name_cut), 0U);
  t.client(message({Command::create, 2}, create_request(std::string(name_bytes_max / 2 + 1, 'a'))));
  EXPECT_EQ(t.weird(Weird::name_cut), 1U);
  t.conversation.finish();
  EXPECT_EQ(request_of<CreateRequest>(t.exchange(1)).name.size(), name_bytes_max / 2);
}

TEST(Conversation, OverlongMessageIsReadByItsPrefixAndSkipped) {
  Limits limits;
  limits.message_buffer_bytes_max = 1024;
  Talk t(limits);
  ByteWriter exact = create_request("a.txt"), over = create_request("b.txt");
  zeros(exact, 1024 - header_bytes - exact.size());
  zeros(over, 1025 - header_bytes - over.size());
  t.client(message({Command::create, 1}, exact));
  EXPECT_EQ(t.weird(Weird::message_too_long), 0U);
  t.client(message({Command::create, 2}, over));
  EXPECT_EQ(t.weird(Weird::message_too_long), 1U);
  t.client(message({Command::create, 3}, create_request("c.txt")));
  t.conversation.finish();
  ASSERT_EQ(t.log.exchanges.size(), 3U);
  EXPECT_EQ(request_of<CreateRequest>(t.exchange(1)).name, "b.txt");
  EXPECT_EQ(request_of<CreateRequest>(t.exchange(2)).name, "c.txt");
}

TEST(Conversation, RelatedChainsAreBounded) {
  Limits limits;
  limits.compound_elements_max = 4;
  const auto compound = [](std::size_t n) {
    std::vector<Part> parts{{{Command::create, 1}, create_request("a")}};
    for (std::size_t i = 1; i < n; ++i)
      parts.push_back({{Command::close, 1 + i, flag_related}, close_request(previous_file)});
    return message(parts);
  };
  Talk at(limits), over(limits);
  at.client(compound(4));
  EXPECT_EQ(at.weird(Weird::compound_too_long), 0U);
  over.client(compound(5));
  EXPECT_EQ(over.weird(Weird::compound_too_long), 1U);
  over.server(message({Command::create, 1, flag_response}, create_response(file_a)));
  over.conversation.finish();
  EXPECT_TRUE(over.exchange(3).file_known);
  EXPECT_FALSE(over.exchange(4).file_known) << "beyond the bound the FileId is not known, and nothing breaks";
}

TEST(Conversation, GapInPayloadLosesOnlyThatPayload) {
  Talk t;
  const Bytes write = message({Command::write, 1}, write_request(file_a, 1000, payload_of(4000)));
  const ByteView all(write);
  const std::size_t start = write.size() - 4000;
  t.client(all.first(start + 500));
  t.conversation.gap(client_to_server, t.now, 1500);
  t.client(all.subspan(start + 2000));
  t.client(message({Command::create, 2}, create_request("next")));
  EXPECT_EQ(t.count("data_gap id=1 offset=1500 bytes=1500"), 1U);
  EXPECT_EQ(t.count("data write id=1 known=true file=a1 offset=3000"), 1U);
  EXPECT_EQ(t.conversation.counters().data_bytes, 2500U);
  EXPECT_EQ(t.conversation.counters().data_gap_bytes, 1500U);
  EXPECT_EQ(t.count("message"), 2U);
  EXPECT_EQ(t.weird_total(), 0U);
}

TEST(Conversation, GapInAHeaderSkipsToTheNextMessage) {
  Talk t;
  const Bytes lost = message({Command::create, 1}, create_request("lost"));
  t.client(ByteView(lost).first(30));
  t.conversation.gap(client_to_server, t.now, 20);
  t.client(ByteView(lost).subspan(50));
  t.client(message({Command::create, 2}, create_request("next")));
  EXPECT_EQ(t.count("message"), 1U);
  EXPECT_EQ(t.weird(Weird::gap_in_message), 1U);
  EXPECT_EQ(t.weird(Weird::gap_lost_framing), 0U) << "the length was known";
}

TEST(Conversation, GapInABodyKeepsTheRequest) {
  Talk t;
  const Bytes cut = message({Command::create, 1}, create_request("half known"));
  t.client(ByteView(cut).first(130));
  t.conversation.gap(client_to_server, t.now, cut.size() - 130);
  t.server(message({Command::create, 1, flag_response}, create_response(file_a)));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_TRUE(t.exchange(0).has_request);
  EXPECT_EQ(t.exchange(0).file, file_a);
  EXPECT_EQ(t.exchange(0).request.index(), 0U) << "but the name is not known";
}

TEST(Conversation, GapOverAMessageEndResynchronises) {
  Talk t;
  Bytes stream = message({Command::write, 1}, write_request(file_a, 0, payload_of(3000)));
  const Bytes next = message({Command::create, 2}, create_request("found"));
  const std::size_t second = stream.size();
  for (const Bytes* m : {&next, &next}) stream.insert(stream.end(), m->begin(), m->end());
  t.client(ByteView(stream).first(500));
  t.conversation.gap(client_to_server, t.now, second - 500 + 10);  // ends inside the second message's head
  t.client(ByteView(stream).subspan(second + 10));
  EXPECT_EQ(t.count("message > CREATE"), 1U) << "the third message is found";
  EXPECT_EQ(t.weird(Weird::gap_lost_framing), 1U);
  EXPECT_EQ(t.conversation.counters().data_gap_bytes, 3000U - (500 - 4 - 112));
}

TEST(Conversation, GapOfUnknownLengthTrustsNoLengthInHand) {
  Talk t;
  const Bytes write = message({Command::write, 1}, write_request(file_a, 0, payload_of(3000)));
  t.client(ByteView(write).first(500));
  t.conversation.gap(client_to_server, t.now, 0);
  t.client(message({Command::create, 2}, create_request("found")));
  EXPECT_EQ(t.count("message > CREATE id=2"), 1U);
  EXPECT_EQ(t.conversation.counters().data_gap_bytes, 3000U - (500 - 4 - 112));
}

TEST(Conversation, MidStreamStartFindsTheFirstMessage) {
  for (std::size_t cut : {1U, 3U, 4U, 5U, 8U, 63U, 90U}) {
    Talk t;
    Bytes stream = message({Command::create, 1}, create_request("before"));
    const Bytes next = message({Command::create, 2}, create_request("after"));
    stream.insert(stream.end(), next.begin(), next.end());
    t.client(ByteView(stream).subspan(cut));
    EXPECT_EQ(t.count("message > CREATE id=2"), 1U) << cut;
    EXPECT_EQ(t.count("message > CREATE id=1"), 0U) << cut;
  }
}

TEST(Conversation, ZerosInFrontOfAMessageAreNoMessages) {
  for (std::size_t zeros_before = 1; zeros_before < 12; ++zeros_before) {
    Talk t;
    t.client(Bytes(zeros_before, 0));
    t.client(message({Command::create, 2}, create_request("after")));
    EXPECT_EQ(t.count("message > CREATE id=2"), 1U) << zeros_before;
  }
}

TEST(Conversation, TransformIsReportedAndSkipped) {
  ByteWriter w;
  w.u8(0xFD);
  w.text("SMB");
  zeros(w, 32);
  w.u32le(500);  // OriginalMessageSize
  w.u16le(0);
  w.u16le(1);
  w.u64le(0x99);
  zeros(w, 500);
  Talk t;
  t.client(framed(w.view()));
  t.client(message({Command::create, 2}, create_request("clear")));
  EXPECT_EQ(t.count("transform compressed=false session=99 original=500 wire=552"), 1U);
  EXPECT_EQ(t.count("message > CREATE"), 1U);
  EXPECT_EQ(t.weird_total(), 0U);

  ByteWriter c;  // [MS-SMB2] 2.2.42.1
  c.u8(0xFC);
  c.text("SMB");
  c.u32le(4096);
  c.u16le(1);
  c.u16le(0);
  c.u32le(0);
  zeros(c, 100);
  t.server(framed(c.view()));
  EXPECT_EQ(t.count("transform compressed=true session=0 original=4096 wire=116"), 1U);
}

TEST(Conversation, NetBiosSessionServiceAndKeepalivesAreSteppedOver) {
  Talk t;
  ByteWriter request;  // RFC 1002 4.3.2
  request.u32be(0x81000044);
  zeros(request, 0x44);
  t.client(request.view());
  t.client(message({Command::echo, 1}, small(4)));
  const Bytes keepalive{0x85, 0, 0, 0};
  const Bytes empty{0, 0, 0, 0};
  t.client(keepalive);
  t.client(empty);
  t.client(message({Command::echo, 2}, small(4)));
  EXPECT_EQ(t.count("message > ECHO"), 2U);
  EXPECT_EQ(t.weird_total(), 0U);
}

TEST(Conversation, NextCommandThatLiesEndsTheCompound) {
  for (const std::uint32_t next : {1U, 60U, 68U, 4096U}) {
    Talk t;
    t.client(framed(element({Command::echo, 1}, small(4), next)));
    t.client(message({Command::echo, 2}, small(4)));
    EXPECT_EQ(t.weird(Weird::bad_next_command), 1U) << next;
    EXPECT_EQ(t.count("message > ECHO"), 2U) << next;
  }
}

TEST(Conversation, PayloadThatReachesOverItsMessageIsCut) {
  Talk t;
  ByteWriter w = write_request(file_a, 0, payload_of(50));
  Bytes bytes = element({Command::write, 1}, w);
  bytes[header_bytes + 4] = 51;  // Length
  t.client(framed(bytes));
  t.client(message({Command::echo, 2}, small(4)));
  EXPECT_EQ(t.weird(Weird::data_outside_message), 1U);
  EXPECT_EQ(t.conversation.counters().data_bytes, 50U);
  EXPECT_EQ(t.count("message > ECHO"), 1U);
}

TEST(Conversation, StreamThatEndsInsideAReadStillGivesTheExchange) {
  Talk t;
  t.client(message({Command::read, 1}, read_request(file_a, 0, 1000)));
  const Bytes answer = message({Command::read, 1, flag_response}, read_response(payload_of(1000)));
  t.server(ByteView(answer).first(300));
  t.conversation.finish();
  EXPECT_EQ(t.weird(Weird::truncated_end), 1U);
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_TRUE(t.exchange(0).answered);
}

TEST(Conversation, ReusedMessageIdGivesTheFirstUp) {
  Talk t;
  t.client(message({Command::create, 1}, create_request("a")));
  t.client(message({Command::create, 1}, create_request("b")));
  EXPECT_EQ(t.weird(Weird::duplicate_message_id), 1U);
  t.server(message({Command::create, 1, flag_response}, create_response(file_a)));
  ASSERT_EQ(t.log.exchanges.size(), 2U);
  EXPECT_FALSE(t.exchange(0).answered);
  EXPECT_EQ(request_of<CreateRequest>(t.exchange(1)).name, "b");
}

TEST(Conversation, CancelHasNoResponseAndLeavesItsTarget) {
  Talk t;
  t.client(message({Command::change_notify, 4}, small(32)));
  t.client(message({Command::cancel, 4}, small(4)));
  ASSERT_EQ(t.log.exchanges.size(), 1U);
  EXPECT_EQ(t.exchange(0).command, Command::cancel);
  EXPECT_EQ(t.conversation.waiting(), 1U);
}

/// Night is a long talk of both sides with everything in it.
std::vector<std::pair<Direction, Bytes>> night() {
  std::vector<std::pair<Direction, Bytes>> out;
  const auto client = [&](Bytes b) { out.emplace_back(client_to_server, std::move(b)); };
  const auto server = [&](Bytes b) { out.emplace_back(server_to_client, std::move(b)); };
  client(message({Command::tree_connect, 1}, tree_connect_request("\\\\srv\\commun")));
  ByteWriter tree;
  tree.u16le(16);
  tree.u16le(1);
  zeros(tree, 12);
  server(message({.command = Command::tree_connect, .id = 1, .flags = flag_response, .tree = 9}, tree));
  client(related_compound());
  server(message({{{Command::create, 20, flag_response}, create_response(file_b)},
                  {{Command::write, 21, flag_response | flag_related}, write_response(33)},
                  {{Command::set_info, 22, flag_response | flag_related}, small(2)},
                  {{Command::close, 23, flag_response | flag_related}, close_response()}}));
  client(message({Command::read, 30}, read_request(file_a, 0, 900)));
  server(message({Command::read, 30, flag_response}, read_response(payload_of(900))));
  client(Bytes{0x85, 0, 0, 0});
  client(message({Command::write, 31}, write_request(file_a, 0, payload_of(1100))));
  server(Bytes{1, 2, 3, 0, 0, 0, 0, 0, 0xFE, 'S', 'M'});  // not SMB, but nearly
  server(message({Command::write, 31, flag_response}, write_response(1100)));
  ByteWriter nothing;
  client(message({Command::echo, 32}, nothing));
  server(
      message({.command = Command::query_directory, .id = 33, .flags = flag_response}, read_response(payload_of(300))));
  server(message({Command::echo, 32, flag_response}, nothing));
  return out;
}

TEST(Conversation, AnySegmentationSaysTheSame) {
  const auto talk = night();
  Talk whole;
  for (const auto& [direction, bytes] : talk) whole.conversation.feed(direction, t0, bytes);
  whole.conversation.finish();
  whole.log.close();
  ASSERT_GT(whole.log.lines.size(), 20U);
  EXPECT_TRUE(rc::check([&] {
    Talk t;
    const auto piece_max = *rc::gen::inRange<std::size_t>(1, 200);
    for (const auto& [direction, bytes] : talk) {
      ByteView left(bytes);
      while (!left.empty()) {
        const std::size_t n = std::min(left.size(), *rc::gen::inRange<std::size_t>(1, piece_max + 1));
        t.conversation.feed(direction, t0, left.first(n));
        left = left.subspan(n);
      }
    }
    t.conversation.finish();
    t.log.close();
    RC_ASSERT(t.log.lines == whole.log.lines);
    RC_ASSERT(t.conversation.counters().weird == whole.conversation.counters().weird);
    RC_ASSERT(t.conversation.counters().skipped_bytes == whole.conversation.counters().skipped_bytes);
  }));
}

TEST(Conversation, AGapAnywhereLosesLittleAndNeverTheRest) {
  Bytes stream;
  for (std::uint64_t id = 1; id <= 12; ++id) {
    const Bytes m = id % 3 == 0
                        ? message({Command::create, id}, create_request("name"))
                        : message({Command::write, id}, write_request(file_a, id * 1000, payload_of(200 + id * 10)));
    stream.insert(stream.end(), m.begin(), m.end());
  }
  const Bytes last = message({Command::create, 99}, create_request("last"));
  EXPECT_TRUE(rc::check([&] {
    Talk t;
    const auto from = *rc::gen::inRange<std::size_t>(0, stream.size());
    const auto length = *rc::gen::inRange<std::size_t>(1, stream.size() - from + 1);
    t.client(ByteView(stream).first(from));
    t.conversation.gap(client_to_server, t0, length);
    t.client(ByteView(stream).subspan(from + length));
    t.client(last);
    RC_ASSERT(t.count("message > CREATE id=99") == 1U);
    const Counters& c = t.conversation.counters();
    RC_ASSERT(c.data_gap_bytes <= length);
  }));
}

}  // namespace
}  // namespace cordon::smb
