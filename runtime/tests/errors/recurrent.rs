//! Sequences and states that a recurrent layer cannot take.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn recurrent_layers() {
    let lstm = LSTM::new(3, 4);
    let x = zeros(&[5, 2, 3]);
    let texts = texts! {
        lstm.forward(&zeros(&[5, 2, 7]));
        lstm.batch_first(true).forward(&zeros(&[3]));
        lstm.forward(&zeros(&[0, 2, 3]));
        lstm.forward_from(&x, (&zeros(&[1, 2, 4]), &zeros(&[2, 4])));
        RNN::new(3, 4).bidirectional(true).forward_from(&x, &zeros(&[1, 2, 4]));
        lstm.num_layers(0);
        GRU::new(3, 0);
        RNN::new(3, 4).nonlinearity("sigmoid");
        GRUCell::new(3, 4).step(&x, &zeros(&[2, 4]));
        GRUCell::new(3, 4).step(&x.i(0), &zeros(&[3, 4]));
    };
    insta::assert_snapshot!(texts, @r##"
    > lstm.forward(&zeros(&[5, 2, 7]))
    LSTM: the last dim of the input must be 3: the input is [5, 2, 7], so 7 != 3
    help: the input is [steps, batch, inputs], or [steps, inputs] of one sequence; batch_first(true) is for [batch, steps, inputs]

    > lstm.batch_first(true).forward(&zeros(&[3]))
    LSTM: the input must have 3 dims, or 2 for one sequence, it is [3]
    help: the input is [batch, steps, inputs], or [steps, inputs] of one sequence

    > lstm.forward(&zeros(&[0, 2, 3]))
    LSTM: there is no step, the input is [0, 2, 3]
    help: the input is [steps, batch, inputs], or [steps, inputs] of one sequence; batch_first(true) is for [batch, steps, inputs]

    > lstm.forward_from(&x, (&zeros(&[1, 2, 4]), &zeros(&[2, 4])))
    LSTM: c_0 must be [1, 2, 4], it is [2, 4]; the input is [5, 2, 3]
    help: a state is [layers, batch, hidden], with twice the layers for two directions

    > RNN::new(3, 4).bidirectional(true).forward_from(&x, &zeros(&[1, 2, 4]))
    RNN: h_0 must be [2, 2, 4], it is [1, 2, 4]; the input is [5, 2, 3]
    help: a state is [layers, batch, hidden], with twice the layers for two directions

    > lstm.num_layers(0)
    LSTM: needs at least one layer, num_layers is 0

    > GRU::new(3, 0)
    GRU: needs a state of at least one number, hidden is 0

    > RNN::new(3, 4).nonlinearity("sigmoid")
    RNN: there is no nonlinearity "sigmoid"
    help: "tanh" or "relu"

    > GRUCell::new(3, 4).step(&x, &zeros(&[2, 4]))
    GRUCell: the input must be [batch, 3] or [3], it is [5, 2, 3]
    help: a cell takes one step; of a sequence that is x.i(t)

    > GRUCell::new(3, 4).step(&x.i(0), &zeros(&[3, 4]))
    GRUCell: the state must be [2, 4], it is [3, 4]; the input is [2, 3]
    help: at the first step: zeros(&[2, 4])
    "##);
}
