"""A neuron learns, and every update can be gone back to."""

import math

import pytest

from .conftest import Tab

pytestmark = pytest.mark.slow

# The article's neuron after 1,001 epochs: lessons/line.md.
WEIGHT, BIAS = 1.9960896332357565, 1.0027466718630031


def fastest(tab: Tab) -> None:
    tab.page.get_by_label("Speed").fill("14")


def test_first_visit_shows_one_neuron_and_one_button_trains_it(tab: Tab) -> None:
    assert tab.page.locator("button.primary").all_inner_texts() == ["Train"]
    assert set(tab.weights()) == {"layers[0].W[0, 0]", "layers[0].b[0]"}
    assert tab.number("#now-loss") == pytest.approx(0.14547024199785316, rel=1e-12)
    tab.press("Train")
    tab.wait_for_update(20)
    tab.press("Pause")
    assert tab.number("#now-loss") < 0.14


def test_the_lesson_of_the_line_ends_at_its_numbers(tab: Tab) -> None:
    tab.data("the line")
    fastest(tab)
    tab.page.get_by_label("Epochs at most").fill("1001")
    tab.page.keyboard.press("Enter")
    tab.press("Train")
    tab.wait_for_update(1001)
    tab.page.get_by_role("button", name="Train", exact=True).wait_for()
    weights = tab.weights()
    assert weights["layers[0].W[0, 0]"] == pytest.approx(WEIGHT, rel=1e-12)
    assert weights["layers[0].b[0]"] == pytest.approx(BIAS, rel=1e-12)


@pytest.mark.parametrize("name", ["Circle", "the people"])
def test_steps_back_and_forward_meet_the_same_numbers(tab: Tab, name: str) -> None:
    tab.data(name)
    seen = [tab.weights()]
    for k in range(1, 5):
        tab.step("1 batch", k)
        seen.append(tab.weights())
    assert len({tuple(weights.values()) for weights in seen}) == 5
    for k in (3, 2, 1, 0):
        tab.step("Back", k)
        assert tab.weights() == seen[k]
    for k in (1, 2, 3, 4):
        tab.step("1 batch", k)
        assert tab.weights() == seen[k]


def test_rewind_comes_back_to_the_same_start_and_the_timeline_to_any_update(tab: Tab) -> None:
    tab.data("Moons")
    start = tab.weights()
    fastest(tab)
    tab.press("Train")
    tab.wait_for_update(3_000)
    tab.press("Pause")
    last = tab.paused_at()
    end = tab.weights()
    slider = tab.page.locator("#timeline")
    slider.fill("1234")
    tab.wait_for_exact_update(1234)
    middle = tab.weights()
    assert middle not in (start, end)
    slider.fill(str(last))
    tab.wait_for_exact_update(last)
    assert tab.weights() == end
    tab.step("Rewind", 0)
    assert tab.weights() == start
    tab.press("Train")
    tab.wait_for_update(1234)
    tab.press("Pause")
    tab.paused_at()
    slider.fill("1234")
    tab.wait_for_exact_update(1234)
    assert tab.weights() == middle


def test_a_weight_set_by_hand_is_in_the_network_and_its_loss_follows(tab: Tab) -> None:
    tab.more()
    tab.page.get_by_role("button", name="Explain bias b").first.click()
    tab.page.get_by_role("button", name="Edit", exact=True).click()
    before = tab.number("#now-loss")
    field = tab.page.locator(".edit-weight input")
    field.fill("minus one")
    field.press("Enter")
    tab.page.locator(".fault").first.wait_for()
    field.fill("-0,5")
    field.press("Enter")
    tab.page.locator(".edit-weight").wait_for(state="detached")
    tab.page.wait_for_function(
        "before => Number(document.querySelector('#now-loss').dataset.value) !== before", arg=before
    )
    weights = tab.weights()
    assert weights["layers[0].b[0]"] == -0.5
    w = weights["layers[0].W[0, 0]"]
    errors = [w * x - 0.5 - (2 * x + 1) for x in (0.3745401188473625, 0.9507143064099162)]
    assert tab.number("#now-loss") == pytest.approx(sum(e * e for e in errors) / 4, rel=1e-12)
    assert math.isfinite(before)


def test_layers_and_units_change_in_place(tab: Tab) -> None:
    tab.data("Circle")
    before = tab.weights()
    tab.page.get_by_role("button", name="Add a unit to hidden layer 1").click()
    tab.page.locator(".layer-header .count").first.filter(has_text="5").wait_for()
    after = tab.weights()
    assert len(after) == len(before) + 2 + 1 + 2
    kept = {name: value for name, value in before.items() if name in after}
    assert all(after[name] == value for name, value in kept.items())
    tab.page.get_by_role("button", name="Remove hidden layer 2").click()
    tab.page.get_by_label("Activation of hidden layer 2").wait_for(state="detached")
    tab.page.get_by_label("Activation of hidden layer 1").select_option("relu")
    tab.step("1 batch", tab.update() + 1)


def test_two_runs_side_by_side_differ_by_one_thing(tab: Tab) -> None:
    tab.data("the line")
    tab.page.get_by_role("button", name="Compare", exact=True).click()
    tab.page.get_by_role("button", name="Start the other run").click()
    tab.page.get_by_role("button", name="End it").wait_for()
    tab.step("1 batch", 1)
    # Three times the rate from the same weights: x and y are those of the lesson.
    other = tab.page.locator(".compare strong")
    rows = [(0.3745401188473625, 1.749080237694725), (0.9507143064099162, 2.9014286128198323)]
    w, b = 0.6476885381006925, 1.5230298564080254
    errors = [w * x + b - y for x, y in rows]
    w -= 0.3 * sum(e * x for e, (x, _) in zip(errors, rows, strict=True)) / 2
    b -= 0.3 * sum(errors) / 2
    loss = sum((w * x + b - y) ** 2 for x, y in rows) / 4
    other.filter(has_text=f"{loss:.4f}").wait_for()
    tab.page.get_by_role("button", name="End it").click()
    other.wait_for(state="detached")
