"""Processor times of Flower's SecAgg+ for bench/peers/flower.ts: one line of parameters in, one of milliseconds out.

A client is Flower's own modifier, taken through all four stages by messages; its neighbours are only as real as it
needs them. The server's workflow spends its time on each upload, on each client that is there to the end and on each
that has gone, one after the other: its steps for one of each are timed, with its functions in its order, and multiplied.
"""

import logging
import os
import sys
import time

import numpy as np

logging.disable(logging.CRITICAL)

import flwr.compat.common.recorddict_compat as compat
from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.client.mod import secaggplus_mod
from flwr.common import Code, FitRes, Status, bytes_to_ndarray, ndarrays_to_parameters
from flwr.common.secure_aggregation.crypto.shamir import combine_shares, create_shares
from flwr.common.secure_aggregation.crypto.symmetric_encryption import encrypt, generate_shared_key
from flwr.common.secure_aggregation.ndarrays_arithmetic import (
    factor_extract,
    get_parameters_shape,
    parameters_addition,
    parameters_mod,
    parameters_subtraction,
)
from flwr.common.secure_aggregation.quantization import dequantize
from flwr.common.secure_aggregation.secaggplus_constants import RECORD_KEY_CONFIGS, Key, Stage
from flwr.common.secure_aggregation.secaggplus_utils import pseudo_rand_gen, share_keys_plaintext_concat
from flwr.supercore.primitives.asymmetric import (
    bytes_to_private_key,
    bytes_to_public_key,
    generate_key_pairs,
    private_key_to_bytes,
    public_key_to_bytes,
)
from flwr.supercore.task_identity import TaskIdentity

# The workflow's defaults.
MODULUS = 2**32
SETTINGS = {
    Key.CLIPPING_RANGE: 8.0,
    Key.TARGET_RANGE: 2**22,
    Key.MOD_RANGE: MODULUS,
    Key.MAX_WEIGHT: 1000.0,
}
ME = 1
# Without a deployment around them, messages have to be told where they are.
TaskIdentity.run_id = TaskIdentity.task_id = TaskIdentity.node_id = 0


def timed(work):
    """Milliseconds of all threads of this process, and what the work gives."""
    started = time.process_time()
    result = work()
    return (time.process_time() - started) * 1e3, result


class Client:
    """Flower's modifier around a client that has finished training, and the time that it takes."""

    def __init__(self, update):
        self.context = Context(0, ME, {}, RecordDict(), {})
        self.update = update
        self.milliseconds = 0.0

    def ask(self, stage, configs):
        record = ConfigRecord({**configs, Key.STAGE: stage})
        content = RecordDict({RECORD_KEY_CONFIGS: record})
        message = Message(content=content, dst_node_id=ME, message_type="train")
        spent, reply = timed(lambda: secaggplus_mod(message, self.context, self.train))
        self.milliseconds += spent
        return reply.content.config_records[RECORD_KEY_CONFIGS]

    def train(self, message, _context):
        parameters = ndarrays_to_parameters([self.update])
        result = FitRes(Status(Code.OK, ""), parameters, 500, {})
        return Message(compat.fitres_to_recorddict(result, False), reply_to=message)


def run_client(clients, neighbours, threshold, gone, update):
    """Time of a client with so many neighbours, of whom some go before they upload; and its masked upload."""
    client = Client(update)
    shares = neighbours + 1
    setup = {Key.SAMPLE_NUMBER: clients, Key.SHARE_NUMBER: shares, Key.THRESHOLD: threshold, **SETTINGS}
    own = client.ask(Stage.SETUP, setup)
    own_keys = [own[Key.PUBLIC_KEY_1], own[Key.PUBLIC_KEY_2]]
    pairs = {nid: (generate_key_pairs(), generate_key_pairs()) for nid in range(2, shares + 1)}
    keys = {nid: [public_key_to_bytes(pk) for _, pk in pair] for nid, pair in pairs.items()}
    client.ask(Stage.SHARE_KEYS, {str(nid): key for nid, key in {ME: own_keys, **keys}.items()})
    share = os.urandom(4 + 48)
    key_share = os.urandom(4 + 320)
    boxes = []
    for nid, (_, (secret, _)) in pairs.items():
        key = generate_shared_key(secret, bytes_to_public_key(own_keys[1]))
        boxes.append(encrypt(key, share_keys_plaintext_concat(nid, ME, share, key_share)))
    given = {Key.CIPHERTEXT_LIST: boxes, Key.SOURCE_LIST: list(pairs)}
    masked = client.ask(Stage.COLLECT_MASKED_VECTORS, given)[Key.MASKED_PARAMETERS]
    ids = list(pairs)
    here, dead = [ME, *ids[gone:]], ids[:gone]
    client.ask(Stage.UNMASK, {Key.ACTIVE_NODE_ID_LIST: here, Key.DEAD_NODE_ID_LIST: dead})
    return client.milliseconds, masked


def run_server(clients, dropped, neighbours, threshold, gone, upload):
    """Time of the workflow's steps for this many clients, from steps for one of each kind."""
    received = [bytes_to_ndarray(part) for part in upload]
    per_upload, total = timed(
        lambda: parameters_addition(received, [bytes_to_ndarray(part) for part in upload])
    )
    shapes = get_parameters_shape(total)
    alive = neighbours + 1 - gone
    seed_shares = create_shares(os.urandom(32), threshold, neighbours + 1)[:alive]
    (secret, public), (_, peer) = generate_key_pairs(), generate_key_pairs()
    key_shares = create_shares(private_key_to_bytes(secret), threshold, neighbours + 1)[:alive]
    peer_bytes = public_key_to_bytes(peer)

    def take_off_own():
        seed = combine_shares(seed_shares)
        return parameters_subtraction(total, pseudo_rand_gen(seed, MODULUS, shapes))

    def take_off_pairs():
        key = combine_shares(key_shares)
        result = total
        for _ in range(neighbours):
            pair = generate_shared_key(bytes_to_private_key(key), bytes_to_public_key(peer_bytes))
            result = parameters_addition(result, pseudo_rand_gen(pair, MODULUS, shapes))
        return result

    def finish():
        _, values = factor_extract(parameters_mod(total, MODULUS))
        for values in dequantize(values, SETTINGS[Key.CLIPPING_RANGE], SETTINGS[Key.TARGET_RANGE]):
            values += 1.0
            values *= 1.0

    per_present, _ = timed(take_off_own)
    per_gone, _ = timed(take_off_pairs)
    once, _ = timed(finish)
    return (clients - dropped) * (per_upload + per_present) + dropped * per_gone + once


def main():
    from importlib.metadata import version

    print("ready", version("flwr"), flush=True)
    for line in sys.stdin:
        clients, dimension, dropped, neighbours, threshold = map(int, line.split())
        gone = round(neighbours * dropped / clients)
        update = np.random.default_rng(1).uniform(-1, 1, dimension).astype(np.float32)
        client, upload = run_client(clients, neighbours, threshold, gone, update)
        server = run_server(clients, dropped, neighbours, threshold, gone, upload)
        print(client, server, flush=True)


main()
