// The gradient of a batch whose rows are coupled (batch normalisation), tile by tile.
//
// The couplings, which are the layers that couple rows, cut the network into stages. A forward pass
// over the batch for each coupling finds the sums of its inputs over all rows. Then a backward pass
// for each stage, the last one first, finds the gradient of the stage's parameters, and the sums of
// gradients for the coupling before it.
//
// The inputs of a coupling are kept until the backward pass of the stage behind it, then its dL/dz
// in the same place until that of the stage before it: a pass begins and ends there. Where that
// would be too many numbers, a pass begins with the rows and ends with the loss, to the same bits.
#include <algorithm>

#include "chainrule/backprop.hpp"
#include "chainrule/batch_partition.hpp"

namespace chainrule {

/// One gradient. Stage s lies between the couplings s - 1 and s.
template <class T>
class Backprop<T>::Coupled {
  public:
    Coupled(Backprop& of, const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g,
            Team& team)
        : of_(of), p_(p), batch_(batch), share_(share), pass_(pass), g_(g), team_(team) {
        pass_.tile = true;
        pass_.to_logits = of.objective_.from_logits;
        reserve();
    }

    double gradient() {
        std::size_t s = couplings_.size();
        for (std::size_t c = 0; c < s; ++c) {
            forward_pass(c);
        }
        const double loss = backward_pass(s);
        while (wants_before(s)) {
            backward_pass(--s);
        }
        return loss;
    }

  private:
    void reserve() {
        std::size_t most = 0, width = 0;
        for (const std::size_t layer : couplings_) {
            most = std::max(most, network_.coupling(layer).n_sums());
            width += layer > 0 ? network_.n_in(layer) : 0;
        }
        of_.sums_.reserve(product(of_.n_pieces(batch_.n), most));
        const std::size_t in_rows = product(batch_.n, network_.n_in() + network_.n_out());
        keeps_ = product(batch_.n, width) <= std::max(in_rows, most_kept);
        for (std::size_t c = 0; c < couplings_.size(); ++c) {
            if (keeps(c)) {
                of_.kept_[c].reserve(product(batch_.n, network_.n_in(couplings_[c])));
            }
        }
    }

    /// Whether the inputs of a coupling are kept: not if they are the rows.
    bool keeps(std::size_t c) const { return keeps_ && couplings_[c] > 0; }
    T* kept(std::size_t c, const Tile& tile) {
        return of_.kept_[c].data() + tile.first * network_.n_in(couplings_[c]);
    }
    void keep(std::size_t c, const Tile& tile, const T* numbers) {
        std::copy_n(numbers, tile.n * network_.n_in(couplings_[c]), kept(c, tile));
    }

    /// Whether a gradient is wanted of a layer before the coupling that a stage begins with.
    bool wants_before(std::size_t s) const {
        return s > 0 && network_.first_wanted() < couplings_[s - 1];
    }

    bool from_rows(std::size_t s) const { return s == 0 || !keeps(s - 1); }

    /// The outputs of the layer before `last`, from the rows or from what stage s begins with.
    const T* forward(Workspace& workspace, const Tile& tile, const Rows<T>& rows, std::size_t s,
                     std::size_t last) {
        Pass pass = pass_;
        pass.first_row = tile.first;
        const bool from = from_rows(s);
        return workspace.network->forward(p_, from ? rows.X : kept(s - 1, tile), tile.n, pass,
                                          {from ? 0 : couplings_[s - 1], last});
    }

    Rows<T> rows_of(Workspace& workspace, const Tile& tile, bool inputs) {
        return of_.gather(workspace, batch_, tile.first, tile.n, inputs ? network_.n_in() : 0);
    }

    /// The sums of each piece, 0 at first.
    double* clear(std::size_t n_sums) {
        std::fill_n(of_.sums_.data(), of_.n_pieces(batch_.n) * n_sums, 0.0);
        return of_.sums_.data();
    }

    /// The statistics of a coupling; its inputs are kept.
    void forward_pass(std::size_t c) {
        const std::size_t layer = couplings_[c], per_piece = of_.rows_of_piece(batch_.n);
        RowCoupling<T>& coupling = network_.coupling(layer);
        const std::size_t n = coupling.n_sums();
        double* sums = clear(n);
        of_.each_tile(
            p_, batch_.n, Part{}, g_, team_, [&](Workspace& workspace, const Tile& tile, T*, bool) {
                check_interrupt(work(tile));
                const T* X =
                    forward(workspace, tile, rows_of(workspace, tile, from_rows(c)), c, layer);
                workspace.network->coupling(layer).add_input_sums(
                    X, tile.n, sums + tile.piece * n, tile.first - tile.piece * per_piece);
                if (keeps(c)) {
                    keep(c, tile, X);
                }
                return 0.0;
            });
        for (std::size_t first = per_piece, k = 1; first < batch_.n; first += per_piece, ++k) {
            coupling.join_input_sums(sums, first, sums + k * n,
                                     std::min(per_piece, batch_.n - first));
        }
        coupling.set_input_sums(sums, batch_.n);
    }

    /// The gradient of a stage's parameters, and the sums of gradients for the coupling before it;
    /// the loss, if the pass comes to it.
    double backward_pass(std::size_t s) {
        const bool last = s == couplings_.size(), to_loss = last || !keeps(s);
        const std::size_t end = network_.n_layers(), next = last ? end : couplings_[s];
        const std::size_t before = s == 0 ? 0 : couplings_[s - 1], first = s == 0 ? 0 : before + 1;
        const bool wanted_before = s > 0 && network_.first_wanted() <= before;
        const std::size_t n = s == 0 ? 0 : network_.coupling(before).n_sums();
        double* sums = clear(n);
        const Part parameters{0, network_.first_parameter(before), network_.first_parameter(next)};
        const double loss = of_.each_tile(
            p_, batch_.n, parameters, g_, team_,
            [&](Workspace& workspace, const Tile& tile, T* to, bool add) {
                check_interrupt(3.0 * work(tile));
                Network<T>& network = *workspace.network;
                const Rows<T> rows = rows_of(workspace, tile, from_rows(s));
                const T* a = forward(workspace, tile, rows, s, to_loss ? end : next);
                InputGradient<T> grad;
                double loss = 0.0;
                if (to_loss) {
                    loss = of_.loss_gradient(workspace, a, rows, share_);
                    grad = {workspace.grad.data(), pass_.to_logits};
                } else {
                    network.coupling(next).prepare_backward(a, tile.n);
                    grad = {kept(s, tile), true};
                }
                if (!last) {
                    grad = network.backward(p_, grad, nullptr, false,
                                            {next, to_loss ? end : next + 1});
                }
                grad = network.backward(p_, grad, to, add, {first, next});
                if (wanted_before) {
                    T* delta = network.add_gradient_sums(before, grad, sums + tile.piece * n, to);
                    if (wants_before(s) && keeps(s - 1)) {
                        keep(s - 1, tile, delta);
                    }
                }
                return loss;
            });
        if (wants_before(s)) {
            for (std::size_t k = 1; k < of_.n_pieces(batch_.n); ++k) {
                for (std::size_t i = 0; i < n; ++i) {
                    sums[i] += sums[k * n + i];
                }
            }
            network_.set_gradient_sums(before, p_, sums, batch_.n);
        }
        return loss;
    }

    /// About the operations of a forward pass.
    double work(const Tile& tile) const {
        return 2.0 * double(tile.n) * double(network_.n_parameters());
    }

    Backprop& of_;
    const T* p_;
    const Rows<T>& batch_;
    T share_;
    Pass pass_;
    T* g_;
    Team& team_;
    Network<T>& network_ = of_.objective_.network;
    const std::vector<std::size_t>& couplings_ = of_.couplings_;
    bool keeps_ = false;
};

template <class T>
double Backprop<T>::coupled(const T* p, const Rows<T>& batch, T share, const Pass& pass, T* g,
                            Team& team) {
    return Coupled(*this, p, batch, share, pass, g, team).gradient();
}

template double Backprop<float>::coupled(const float*, const Rows<float>&, float, const Pass&,
                                         float*, Team&);
template double Backprop<double>::coupled(const double*, const Rows<double>&, double, const Pass&,
                                          double*, Team&);

}  // namespace chainrule
