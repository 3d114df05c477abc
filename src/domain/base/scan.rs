//! Finds bytes and reads numbers in short texts, eight bytes at a time. memchr is faster only in longer texts. What each line needs
//! several times is inlined always: the calls alone took a fiftieth of the instructions of `report`.

/// A one in each byte, and the highest bit of each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = ONES << 7;

/// The place of the first `byte`.
#[inline(always)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    find_either(byte, byte, text)
}

/// The place of the first of two bytes.
#[inline(always)]
pub(crate) fn find_either(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let mut rest = text;
    while let Some((block, behind)) = rest.split_first_chunk() {
        let block = u64::from_le_bytes(*block);
        let found = places(one, block) | places(other, block);
        if found != 0 {
            return Some(text.len() - rest.len() + bytes(found.trailing_zeros()));
        }
        rest = behind;
    }
    let at = (rest.iter()).position(|&byte| byte == one || byte == other)?;
    Some(text.len() - rest.len() + at)
}

/// The place of the last `byte`.
#[inline]
pub(crate) fn find_last(byte: u8, text: &[u8]) -> Option<usize> {
    let mut rest = text;
    while let Some((before, block)) = rest.split_last_chunk() {
        // The last byte is the lowest one.
        let found = places(byte, u64::from_be_bytes(*block));
        if found != 0 {
            return Some(rest.len() - 1 - bytes(found.trailing_zeros()));
        }
        rest = before;
    }
    rest.iter().rposition(|&known| known == byte)
}

/// The number at the beginning of a text, and the text after its digits. `None` without a digit, or if the number is too big.
#[inline(always)]
pub(crate) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    if let Some(block) = text.first_chunk() {
        let (digits, others) = digits(*block);
        let count = bytes(others.trailing_zeros());
        if others != 0 {
            return match count {
                0 => None,
                _ => Some((of_eight(digits << (64 - 8 * count)), &text[count..])),
            };
        }
    }
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some((of_any(&text[..count])?, &text[count..]))
}

/// The number of exactly six digits at the beginning of a text, and the text after them.
#[inline]
pub(crate) fn six(text: &[u8]) -> Option<(i64, &[u8])> {
    let (digits, others) = digits(*text.first_chunk()?);
    if bytes(others.trailing_zeros()) != 6 {
        return None;
    }
    let number = i64::try_from(of_eight(digits << 16)).ok()?;
    Some((number, &text[6..]))
}

/// The text before the digits at the end of a text, and their number. `None` without a digit, or if the number is too big.
#[inline]
pub(crate) fn last_number(text: &[u8]) -> Option<(&[u8], u64)> {
    if let Some(block) = text.last_chunk() {
        let (digits, others) = digits(*block);
        let count = bytes(others.leading_zeros());
        if others != 0 {
            let before = 64 - 8 * count;
            return match count {
                0 => None,
                _ => Some((
                    &text[..text.len() - count],
                    of_eight(digits >> before << before),
                )),
            };
        }
    }
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let (rest, digits) = text.split_at(text.len() - digits.count());
    Some((rest, of_any(digits)?))
}

/// Sets the highest bit of the first byte of a block that is `byte`, but not always the right bits of the bytes after it.
#[inline]
const fn places(byte: u8, block: u64) -> u64 {
    let differences = block ^ (ONES * byte as u64);
    differences.wrapping_sub(ONES) & !differences & HIGHEST
}

/// The number of whole bytes in a number of bits.
#[inline]
const fn bytes(bits: u32) -> usize {
    (bits / 8) as usize
}

/// The values of eight digits, each in a byte, and the highest bit of each byte that is no digit.
#[inline]
const fn digits(block: [u8; 8]) -> (u64, u64) {
    let values = u64::from_le_bytes(block) ^ (ONES * b'0' as u64);
    // Adding 0x76 to the lower bits sets the highest bit from ten on.
    let others = (((values & !HIGHEST) + ONES * 0x76) | values) & HIGHEST;
    (values, others)
}

/// The number with these eight digits; the lowest byte is the first digit.
#[inline]
const fn of_eight(digits: u64) -> u64 {
    const PAIRS: u64 = 0x00ff_00ff_00ff_00ff;
    const FOURS: u64 = 0x0000_ffff_0000_ffff;
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & PAIRS;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & FOURS;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

/// The number with these digits.
fn of_any(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_byte_is_found_where_it_is(text in "[ab\u{0}\u{80}\u{ff}]{0,40}") {
            let text = text.as_bytes();
            let place = |so: &dyn Fn(u8) -> bool| text.iter().position(|&byte| so(byte));
            for byte in [b'a', b'b', 0, 0xc2, 0x80] {
                proptest::prop_assert_eq!(find(byte, text), place(&|known| known == byte));
                let last = text.iter().rposition(|&known| known == byte);
                proptest::prop_assert_eq!(find_last(byte, text), last);
                let either = place(&|known| known == byte || known == b'a');
                proptest::prop_assert_eq!(find_either(byte, b'a', text), either);
            }
        }

        #[test]
        fn a_number_is_read_at_either_end(digits in "[0-9]{0,22}", text in "([^0-9].*)?") {
            let number_of = digits.parse::<u64>().ok();
            let first = format!("{digits}{text}");
            let expected = number_of.map(|number| (number, text.as_bytes()));
            proptest::prop_assert_eq!(number(first.as_bytes()), expected);
            if let Some((micros, rest)) = six(first.as_bytes()) {
                let expected = expected.filter(|_| digits.len() == 6);
                proptest::prop_assert_eq!(u64::try_from(micros).ok().zip(Some(rest)), expected);
            }
            let text: String = text.chars().rev().collect();
            let last = format!("{text}{digits}");
            let expected = number_of.map(|number| (text.as_bytes(), number));
            proptest::prop_assert_eq!(last_number(last.as_bytes()), expected);
        }
    }

    #[test]
    fn a_byte_beside_a_digit_is_no_digit() {
        for byte in 0..=u8::MAX {
            if !byte.is_ascii_digit() {
                let text = [b'4', b'2', byte, b'9', b'9', b'9', b'9', b'9', b'9'];
                assert_eq!(number(&text), Some((42, &text[2..])));
                let text = [b'9', b'9', b'9', b'9', b'9', b'9', byte, b'4', b'2'];
                assert_eq!(last_number(&text), Some((&text[..7], 42)));
            }
        }
    }
}
