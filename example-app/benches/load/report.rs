//! What is shown of a run: lines as they come, then a table and a picture.

use std::{fs, path::PathBuf};

use plotters::prelude::*;
use serde_json::json;

use crate::{
    drive::Figures,
    options::{Engine, Options},
};

/// One kind of work at one number of connections.
pub(crate) struct Row {
    pub(crate) engine: Engine,
    pub(crate) rows: u64,
    pub(crate) work: &'static str,
    pub(crate) connections: usize,
    pub(crate) figures: Figures,
}

/// The floor under a kind of work.
struct Floor {
    engine: Engine,
    rows: u64,
    work: &'static str,
    per_second: f64,
}

#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    floors: Vec<Floor>,
}

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        let Figures { per_second, p50, p99, p999, cpu, memory } = &row.figures;
        eprintln!(
            "{:10} {:>9} rows {:17} {:>3} connections {per_second:>9.0}/s  p50 {p50} p99 {p99} p99.9 {p999} us  cpu {cpu:.1} us  {memory:.0} MB",
            row.engine.name(),
            row.rows,
            row.work,
            row.connections
        );
        self.rows.push(row);
    }

    pub(crate) fn add_floor(
        &mut self,
        engine: Engine,
        rows: u64,
        work: &'static str,
        per_second: f64,
    ) {
        eprintln!(
            "{:10} {rows:>9} rows {work:17} floor           {per_second:>9.0}/s",
            engine.name()
        );
        self.floors.push(Floor { engine, rows, work, per_second });
    }

    /// The floor under a row: of its own kind, or else the empty handler.
    fn floor(&self, row: &Row) -> Option<f64> {
        let work = match row.work {
            "first GET" => "guarded GET",
            "refresh, clean-up" => "refresh",
            work => work,
        };
        let own = self
            .floors
            .iter()
            .find(|floor| (floor.engine, floor.rows, floor.work) == (row.engine, row.rows, work));
        let empty = || {
            let same = |other: &&Row| {
                (other.engine, other.rows, other.connections)
                    == (row.engine, row.rows, row.connections)
                    && other.work == "empty handler"
            };
            (work == "guarded GET").then(|| self.rows.iter().find(same)).flatten()
        };
        own.map(|floor| floor.per_second).or_else(|| empty().map(|row| row.figures.per_second))
    }

    fn table(&self, options: &Options) -> String {
        let mut table = format!(
            "{} s each; {}\n\n| database | live tokens | work | connections | requests/s | of the floor | p50 us | p99 us | p99.9 us | server CPU us | server MB |\n|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            options.seconds,
            machine()
        );
        for row in &self.rows {
            let Figures { per_second, p50, p99, p999, cpu, memory } = &row.figures;
            let ratio = self
                .floor(row)
                .map_or_else(String::new, |floor| format!("{:.2}", per_second / floor));
            table += &format!(
                "| {} | {} | {} | {} | {per_second:.0} | {ratio} | {p50} | {p99} | {p999} | {cpu:.1} | {memory:.0} |\n",
                row.engine.name(),
                row.rows,
                row.work,
                row.connections
            );
        }
        table += "\nFloors: ";
        for floor in &self.floors {
            table += &format!(
                "{} {} at {} rows {:.0}/s; ",
                floor.engine.name(),
                floor.work,
                floor.rows,
                floor.per_second
            );
        }
        table.trim_end_matches("; ").to_owned() + "\n"
    }

    /// Writes `load.md`, `load.json` and `load.svg`.
    pub(crate) fn write(&self, options: &Options) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
        fs::create_dir_all(&folder).expect("a folder for the report");
        let table = self.table(options);
        println!("{table}");
        fs::write(folder.join("load.md"), &table).expect("the table");
        let rows: Vec<_> = self.rows.iter().map(|row| json!({
            "database": row.engine.name(), "rows": row.rows, "work": row.work, "connections": row.connections,
            "per_second": row.figures.per_second, "floor": self.floor(row), "p50": row.figures.p50,
            "p99": row.figures.p99, "p999": row.figures.p999, "cpu": row.figures.cpu, "memory": row.figures.memory,
        })).collect();
        fs::write(folder.join("load.json"), json!(rows).to_string()).expect("the figures");
        self.picture(&folder.join("load.svg"));
        eprintln!("written: {}/load.md, load.json, load.svg", folder.display());
    }

    /// One bar a row: requests a second, with its floor as a mark.
    fn picture(&self, file: &std::path::Path) {
        let height = 90 + 24 * u32::try_from(self.rows.len()).expect("a few rows");
        let area = SVGBackend::new(file, (960, height)).into_drawing_area();
        area.fill(&WHITE).expect("a picture");
        let most = self
            .rows
            .iter()
            .filter_map(|row| self.floor(row))
            .chain(self.rows.iter().map(|row| row.figures.per_second));
        let most = most.fold(1.0, f64::max);
        let text = |size: u32| ("sans-serif", size).into_font().color(&BLACK);
        area.draw(&Text::new("Requests a second; the line is the floor", (16, 12), text(18)))
            .expect("a title");
        for (index, row) in self.rows.iter().enumerate() {
            let top = 50 + 24 * i32::try_from(index).expect("a few rows");
            let width = |per_second: f64| (per_second / most * 480.0) as i32;
            let label = format!(
                "{}, {} rows: {}, {} conn.",
                row.engine.name(),
                row.rows,
                row.work,
                row.connections
            );
            area.draw(&Text::new(label, (16, top), text(13))).expect("a label");
            let end = 380 + width(row.figures.per_second);
            let colour = if row.engine == Engine::Sqlite {
                RGBColor(31, 86, 196)
            } else {
                RGBColor(178, 98, 32)
            };
            area.draw(&Rectangle::new([(380, top), (end, top + 14)], colour.filled()))
                .expect("a bar");
            area.draw(&Text::new(
                format!("{:.0}", row.figures.per_second),
                (end + 6, top),
                text(13),
            ))
            .expect("a figure");
            if let Some(floor) = self.floor(row) {
                let at = 380 + width(floor);
                area.draw(&PathElement::new(
                    [(at, top - 3), (at, top + 17)],
                    BLACK.stroke_width(2),
                ))
                .expect("a mark");
            }
        }
        area.present().expect("the picture");
    }
}

/// What it ran on.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches(['\t', ' ', ':']);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{cores} cores, {model}; the load comes from the same machine")
}
