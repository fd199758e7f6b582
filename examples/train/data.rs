//! The data: handwritten digits of 8 × 8 pixels in two sets, and the random numbers that split and shuffle the digits.

/// The number of pixels of an image.
pub(crate) const PIXELS: usize = 64;
/// The number of different digits.
pub(crate) const CLASSES: usize = 10;
/// The number of images that are kept for the test: a fifth of all images.
const TEST: usize = 360;

/// The largest value of a pixel in the file. The values go from 0 to 16.
const WHITE: f32 = 16.0;

/// Images, and the digit that each image shows.
#[derive(Default)]
pub(crate) struct Digits {
    /// [`PIXELS`] numbers for each image, from 0 to 1. Every number is exact in the formats of 16 bits.
    pub(crate) images: Vec<f32>,
    pub(crate) labels: Vec<usize>,
}

impl Digits {
    fn push(&mut self, line: &str) -> Option<()> {
        let (pixels, label) = line.rsplit_once(',')?;
        let before = self.images.len();
        for pixel in pixels.split(',') {
            self.images.push(pixel.parse::<f32>().ok()? / WHITE);
        }
        let label = label.parse().ok().filter(|&label| label < CLASSES)?;
        self.labels.push(label);
        (self.images.len() - before == PIXELS).then_some(())
    }

    /// Returns the images with these numbers, and their labels.
    pub(crate) fn select(&self, numbers: &[usize]) -> Self {
        let image = |&number: &usize| &self.images[number * PIXELS..][..PIXELS];
        Self {
            images: numbers.iter().flat_map(image).copied().collect(),
            labels: numbers.iter().map(|&number| self.labels[number]).collect(),
        }
    }
}

/// Returns the images for training and the images for the test. Draws them at random, because the file keeps the images of a
/// writer together.
pub(crate) fn load(random: &mut Random) -> Result<(Digits, Digits), String> {
    let mut all = Digits::default();
    for (number, line) in (1..).zip(include_str!("../../data/digits.csv").lines()) {
        all.push(line)
            .ok_or_else(|| format!("data/digits.csv, line {number}: not 64 pixels and a digit"))?;
    }
    let order = random.shuffled(all.labels.len());
    let (test, training) = order.split_at(TEST);
    Ok((all.select(training), all.select(test)))
}

/// The random number generator `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a random number that is at least −1 and less than 1.
    pub(crate) fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Returns the numbers below `len` in a random order.
    pub(crate) fn shuffled(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for end in (1..len).rev() {
            order.swap(end, (self.next() % (end as u64 + 1)) as usize);
        }
        order
    }
}
