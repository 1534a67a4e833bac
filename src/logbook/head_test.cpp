// SPDX-License-Identifier: Apache-2.0
#include "logbook/head.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "logbook/seal_wire.h"
#include "logbook/test_book.h"

namespace cordon::logbook {
namespace {

rc::Gen<Head> any_head() {
  const auto number = rc::gen::inRange<std::uint64_t>(0, INT64_MAX);
  return rc::gen::build<Head>(
      rc::gen::set(&Head::box, rc::gen::element<std::string>("chv", "CHV-2", std::string(box_bytes_max, 'x'))),
      rc::gen::set(&Head::epoch, number),
      rc::gen::set(&Head::sequence, rc::gen::map(number, [](std::uint64_t n) { return Sequence{n}; })),
      rc::gen::set(&Head::hash, rc::gen::arbitrary<Hash>()));
}

TEST(HeadLine, ReadsBackWhatWasWritten) {
  EXPECT_TRUE(rc::check([] {
    SignedHead head;
    head.head = *any_head();
    head.sealed_at = WallTime{Micros{*rc::gen::arbitrary<std::int64_t>()}};
    head.signature.fill(*rc::gen::arbitrary<std::uint8_t>());
    const std::string line = head_line(head);
    RC_ASSERT(line.size() <= head_line_bytes_max);
    const Result<SignedHead> back = parse_head_line(line);
    RC_ASSERT(back);
    RC_ASSERT(*back == head);
    // One byte more, less or other is either refused or another head: no two lines say the same.
    std::string other = line;
    const auto place = *rc::gen::inRange<std::size_t>(0, line.size());
    other[place] = *rc::gen::arbitrary<char>();
    const Result<SignedHead> read = parse_head_line(other);
    RC_ASSERT(other == line || !read || !(*read == head));
    RC_ASSERT(!parse_head_line(line.substr(0, place)));
    RC_ASSERT(!parse_head_line(line + " "));
  }));
}

TEST(HeadLine, RefusesOtherFormsOfTheSameNumber) {
  const SignedHead head{{"chv", 1, Sequence{7}, {}}, WallTime{}, {}};
  std::string line = head_line(head);
  ASSERT_TRUE(parse_head_line(line));
  for (const char* form : {"07", "+7", "-7", "7.0", "", "18446744073709551616", "9223372036854775808"}) {
    std::string other = line;
    other.replace(other.find(":7,") + 1, 1, form);
    EXPECT_FALSE(parse_head_line(other)) << form;
  }
  EXPECT_EQ(parse_head_line(line + std::string(head_line_bytes_max, ' ')).error().code, ErrorCode::malformed);
}

TEST(PaperForm, IsShortAndCanBeTypedBack) {
  Head head{"CHV-situation", 3, Sequence{128}, {}};
  head.hash.fill(0xAB);
  EXPECT_EQ(paper_form(head),
            "CHV-situation/3/128 abab abab abab abab abab abab abab abab abab abab abab abab abab abab abab abab");
  EXPECT_EQ(*parse_paper_form(paper_form(head)), head);
  EXPECT_EQ(*parse_paper_form("CHV-situation/3/128 " + std::string(64, 'a').replace(1, 1, "B").replace(0, 1, "A")),
            (Head{"CHV-situation", 3, Sequence{128},
                  [] {
                    Hash h;
                    h.fill(0xAA);
                    h[0] = 0xAB;
                    return h;
                  }()}))
      << "typed in capitals and without gaps";
  EXPECT_FALSE(parse_paper_form("CHV-situation/3/128 abab"));
  EXPECT_FALSE(parse_paper_form("CHV situation/3/128 " + std::string(64, 'a')));
  EXPECT_FALSE(parse_paper_form(std::string(1000, 'a')));
  EXPECT_TRUE(rc::check([] {
    const Head any = *any_head();
    RC_ASSERT(*parse_paper_form(paper_form(any)) == any);
  }));
}

TEST(SealWire, ReadsBackWhatWasWrittenAndRefusesTheRest) {
  EXPECT_TRUE(rc::check([] {
    const Head head = *any_head();
    const std::vector<std::uint8_t> frame = encode_seal_request(head);
    RC_ASSERT(frame.size() <= seal_frame_bytes_max);
    const ByteView content = ByteView(frame).subspan(4);
    RC_ASSERT(*ByteReader(frame).u32le() == content.size());
    RC_ASSERT(*decode_seal_request(content) == head);
    const auto cut = *rc::gen::inRange<std::size_t>(0, content.size());
    RC_ASSERT(!decode_seal_request(content.first(cut)));
    std::vector<std::uint8_t> longer(content.begin(), content.end());
    longer.push_back(0);
    RC_ASSERT(!decode_seal_request(longer));
  }));
  SealAnswer answer;
  answer.status = SealStatus::older;
  answer.sealed_at = WallTime{Micros{-7}};
  answer.last = Sequence{42};
  answer.signature.fill(9);
  std::vector<std::uint8_t> frame = encode_seal_answer(answer);
  EXPECT_EQ(*decode_seal_answer(ByteView(frame).subspan(4)), answer);
  frame[4] = 7;
  EXPECT_EQ(decode_seal_answer(ByteView(frame).subspan(4)).error().code, ErrorCode::malformed);
}

TEST(PublicKeyFile, IsReadOrRefused) {
  const TestFolder folder;
  const std::string path = folder / "seal.pub";
  EXPECT_EQ(read_public_key(path).error().code, ErrorCode::io);
  spill(path, std::string(64, 'a') + "\n");
  EXPECT_TRUE(read_public_key(path));
  for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'g')}) {
    spill(path, bad);
    EXPECT_EQ(read_public_key(path).error().code, ErrorCode::malformed) << bad;
  }
}

}  // namespace
}  // namespace cordon::logbook
