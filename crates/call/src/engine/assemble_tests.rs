//! The assembler on streams with holes, disorder and doubles.

use super::*;

/// Packet `index` of `count` of a VP8 picture.
fn vp8(key: bool, index: usize, count: usize) -> (Bytes, bool) {
    let mut bytes = vec![if index == 0 { 0x10 } else { 0x00 }];
    if index == 0 {
        bytes.extend_from_slice(&[u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
    }
    bytes.extend_from_slice(&[index as u8; 20]);
    (Bytes::from(bytes), index + 1 == count)
}

/// Pictures of three packets each; picture 0 and every one in `keys` is a key frame.
fn stream(pictures: u32, keys: &[u32]) -> Vec<(u16, u32, bool, Bytes)> {
    let mut packets = Vec::new();
    let mut sequence = 65_530u16;
    for picture in 0..pictures {
        for index in 0..3 {
            let (payload, marker) = vp8(picture == 0 || keys.contains(&picture), index, 3);
            packets.push((sequence, picture.wrapping_mul(3_000).wrapping_sub(9_000), marker, payload));
            sequence = sequence.wrapping_add(1);
        }
    }
    packets
}

fn push(assembler: &mut Assembler, packet: &(u16, u32, bool, Bytes)) {
    assembler.push(packet.0, packet.1, packet.2, packet.3.clone());
}

#[test]
fn pictures_come_out_whole_and_in_order_across_the_wrap() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let now = Instant::now();
    let mut out = Vec::new();
    for packet in stream(6, &[]) {
        push(&mut assembler, &packet);
        out.extend(assembler.take(now));
    }
    assert_eq!(out.len(), 6);
    assert_eq!(out[0].size, Some((640, 360)));
    assert!(out[0].key && !out[1].key);
    assert!(out.windows(2).all(|pair| pair[1].timestamp == pair[0].timestamp + 3_000));
}

#[test]
fn disorder_and_doubles_change_nothing() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let now = Instant::now();
    let packets = stream(8, &[]);
    let mut out = Vec::new();
    push(&mut assembler, &packets[0]);
    for group in packets[1..].chunks(4) {
        for packet in group.iter().rev().chain(group) {
            push(&mut assembler, packet);
        }
        out.extend(assembler.take(now));
    }
    assert_eq!(out.len(), 8);
    assert!(!assembler.needs_key());
}

#[test]
fn a_packet_that_comes_late_but_in_time_costs_nothing() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let now = Instant::now();
    let packets = stream(5, &[]);
    for (index, packet) in packets.iter().enumerate() {
        if index != 4 {
            push(&mut assembler, packet);
        }
    }
    assert_eq!(assembler.take(now).len(), 1);
    assert!(assembler.deadline().is_some());
    push(&mut assembler, &packets[4]);
    assert_eq!(assembler.take(now + Duration::from_millis(100)).len(), 4);
    assert!(!assembler.needs_key());
}

#[test]
fn after_a_hole_nothing_comes_until_the_next_key_frame() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let start = Instant::now();
    let packets = stream(9, &[6]);
    let mut out = Vec::new();
    for (index, packet) in packets.iter().enumerate() {
        if index != 4 {
            push(&mut assembler, packet);
        }
        out.extend(assembler.take(start));
    }
    assert_eq!(out.len(), 1);
    out.extend(assembler.take(start + LONGEST_PATIENCE));
    assert_eq!(out.iter().map(|p| p.key).collect::<Vec<_>>(), [true, true, false, false]);
    assert!(!assembler.needs_key());
}

#[test]
fn a_key_frame_with_a_hole_does_not_block_for_ever() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let start = Instant::now();
    let packets = stream(4, &[2]);
    for (index, packet) in packets.iter().enumerate() {
        if index != 1 {
            push(&mut assembler, packet);
        }
    }
    assert_eq!(assembler.take(start).len(), 0);
    assert_eq!(assembler.take(start + LONGEST_PATIENCE).len(), 2, "from the second key frame on");
}

#[test]
fn a_flood_without_the_missing_packet_is_bounded() {
    let mut assembler = Assembler::new(VideoCodec::Vp8);
    let now = Instant::now();
    for (index, packet) in stream(2_000, &[]).iter().enumerate() {
        if index != 1 {
            push(&mut assembler, packet);
            assembler.take(now);
        }
    }
    assert!(assembler.packets.len() <= PACKETS_KEPT + 1);
    assert!(assembler.needs_key());
}

#[test]
fn h264_comes_out_as_annex_b() {
    let mut assembler = Assembler::new(VideoCodec::H264);
    let now = Instant::now();
    let stap = Bytes::from_static(&[24, 0, 4, 0x67, 1, 2, 3, 0, 3, 0x68, 1, 2]);
    let first = Bytes::from_static(&[0x7c, 0x85, 10, 11, 12]);
    let last = Bytes::from_static(&[0x7c, 0x45, 13, 14]);
    assembler.push(1, 0, false, stap);
    assembler.push(2, 0, false, first);
    assembler.push(3, 0, true, last);
    let out = assembler.take(now);
    assert_eq!(out.len(), 1);
    assert!(out[0].key);
    assert_eq!(
        &out[0].data[..],
        [0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 1, 2, 0, 0, 0, 1, 0x65, 10, 11, 12, 13, 14]
    );
}
